"""Region: everything one study needs under one name, and the embedded region `hunan`."""
