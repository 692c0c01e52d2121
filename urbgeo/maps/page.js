/* The page's behaviour: panel, title, languages, drawing, hover, labels, print. Text from data only ever becomes
   text nodes. */
(function () {
  "use strict";

  var PANES = { ground: 405, polygon: 410, line: 420, point: 430, label: 440 };
  var PAPER = { width: 1046, height: 510 };  // pixels of the map on A4 across
  var panels = new WeakMap(), words = {};

  function element(tag, className, text) {
    var made = L.DomUtil.create(tag, className || "");
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  /* A text in two languages, of which the switch can hide one. */
  function both(parent, zh, en, tag) {
    [[zh, "zh"], [en, "en"]].forEach(function (one, at) {
      if (!one[0] || (at && zh === en)) { return; }
      if (at && zh) { parent.appendChild(document.createTextNode(" ")); }
      var made = parent.appendChild(element(tag || "span", "", one[0]));
      if (zh && en && zh !== en) { made.lang = one[1]; }
    });
    return parent;
  }

  function pressed(buttons, chosen) {
    buttons.forEach(function (one) { one.setAttribute("aria-pressed", String(one === chosen)); });
  }

  function languages(map) {
    var box = element("div", "ug-tools"), buttons = [["中/EN", "both"], ["中文", "zh"], ["EN", "en"]].map(function (one) {
      var made = box.appendChild(element("button", "", one[0]));
      made.type = "button";
      made.name = "lang-" + one[1];
      made.addEventListener("click", function () {
        document.body.dataset.lang = one[1];
        document.documentElement.lang = one[1] === "en" ? "en" : "zh";
        pressed(buttons, made);
        thinLabels(map);
      });
      return made;
    });
    document.body.dataset.lang = "both";
    pressed(buttons, buttons[0]);
    return box;
  }

  function titleBox(map, lines) {
    var box = L.control({ position: "topleft" });
    box.onAdd = function () {
      var container = element("div", "ug-title"), one = lines[0] && lines[1];
      container.appendChild(element("h1", "", lines[0])).lang = one ? "zh" : "";
      container.appendChild(element("h2", "", lines[1])).lang = one ? "en" : "";
      container.appendChild(languages(map));
      L.DomEvent.disableClickPropagation(container);
      return container;
    };
    return box;
  }

  function north() {
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var box = element("div", "ug-north"), drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      drawn.setAttribute("viewBox", "0 0 20 26");
      [["M10 0 L18 24 L10 19 Z", "#2b3138"], ["M10 0 L2 24 L10 19 Z", "#ffffff"]].forEach(function (half) {
        var path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("d", half[0]); path.setAttribute("fill", half[1]); path.setAttribute("stroke", "#2b3138");
        drawn.appendChild(path);
      });
      box.appendChild(drawn);
      return both(box, "北", "N");
    };
    return control;
  }

  /* The study area goes where neither title nor panel covers it. */
  function fit(map, bounds) {
    var container = map.getContainer(), panel = container.querySelector(".leaflet-control-layers");
    var side = panel.classList.contains("ug-folded") ? 16 : panel.offsetWidth + 28;
    var below = container.querySelector(".ug-narrow");
    map.fitBounds(bounds, {
      animate: false,
      paddingTopLeft: [16, container.querySelector(".ug-title").offsetHeight + 24],
      paddingBottomRight: [side > container.offsetWidth / 2 ? 16 : side, below ? below.offsetHeight + 20 : 40]
    });
  }

  function fitOnceSeen(map, bounds) {
    fit(map, bounds);
    if (map.getSize().x > 0) { return; }
    new ResizeObserver(function (_, observer) {
      map.invalidateSize();
      if (map.getSize().x > 0) { fit(map, bounds); observer.disconnect(); }
    }).observe(map.getContainer());
  }

  /* On one canvas polygons, lines and points have no panes of their own. */
  function restack(map, layers) {
    var rank = { line: 1, point: 2 };
    layers.slice().sort(function (one, other) { return (rank[one.kind] || 0) - (rank[other.kind] || 0); }).forEach(function (one) { if (map.hasLayer(one.group)) { one.group.bringToFront(); } });
  }

  /* Colours of two choropleths that blend stand in no legend: the one switched on last stays alone. */
  function clashing(panel, added) {
    return !added || !added.classed ? [] : panel.layers.filter(function (one) {
      return one !== added && one.classed && one.group.getBounds().overlaps(added.group.getBounds());
    });
  }

  function boxesOf(panel) {
    return panel.control.getContainer().querySelectorAll(".leaflet-control-layers-selector");
  }

  function unblend(map, panel, shown) {
    var added = panel.layers.find(function (one) { return one.group === shown; });
    clashing(panel, added).forEach(function (one) { map.removeLayer(one.group); });
  }

  /* Leaflet adds every layer whose box is checked: boxes of what has to go are cleared first. */
  function unblendBoxes(map, panel) {
    var boxes = boxesOf(panel);
    panel.layers.forEach(function (one, at) {
      if (!boxes[at].checked || map.hasLayer(one.group)) { return; }
      clashing(panel, one).forEach(function (other) { boxes[panel.layers.indexOf(other)].checked = false; });
    });
  }

  /* Where two labels would overlap, the one of the upper layer stays, then the earlier; some wait for a zoom. */
  function thinLabels(map) {
    var zoom = map.getZoom(), box = map.getContainer();
    var kept = Array.from(box.querySelectorAll(
      box.classList.contains("ug-on-paper") ? ".ug-title" : ".leaflet-control"
    )).map(function (one) {
      return one.getBoundingClientRect();
    });
    var labels = Array.from(map.getPane("ug-label").querySelectorAll(".ug-label > span"));
    labels.sort(function (one, other) { return other.dataset.layer - one.dataset.layer; });
    labels.forEach(function (label) {
      var box = label.getBoundingClientRect(), clash = zoom < Number(label.dataset.from) || kept.some(function (other) {
        return box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
      });
      label.style.visibility = clash ? "hidden" : "";
      if (!clash) { kept.push(box); }
    });
  }

  function alpha(value) { return ("0" + Math.round(255 * value).toString(16)).slice(-2); }

  /* Leaflet writes the panel anew at every change; what the reader set is put back. */
  function syncPanel(panel) {
    panel.control.getContainer().querySelectorAll(".leaflet-control-layers-overlays label").forEach(function (label, at) {
      var one = panel.layers[at], slider = label.querySelector(".ug-fade input");
      if (!one || !slider || one.opacity === undefined) { return; }
      slider.value = 100 * one.opacity;
      label.querySelectorAll("s[data-c]").forEach(function (patch) {
        patch.style.background = patch.dataset.c + alpha(one.opacity);
      });
    });
  }

  function layerPanel(map) {
    var control = L.control.layers(null, null, { collapsed: false, autoZIndex: false });
    var panel = { control: control, layers: [] };
    control._update = function () {
      var made = L.Control.Layers.prototype._update.call(control);
      syncPanel(panel);
      return made;
    };
    control._onInputClick = function () {
      unblendBoxes(map, panel);
      L.Control.Layers.prototype._onInputClick.call(control);
    };
    control.addTo(map);
    var box = control.getContainer(), fold = element("button", "ug-fold");
    both(fold, "图例", "Legend");
    fold.type = "button";
    fold.addEventListener("click", function () { box.classList.toggle("ug-folded"); });
    box.insertBefore(fold, box.firstChild);
    box.setAttribute("aria-label", "图层与图例 Layers and legend");
    box.classList.toggle("ug-folded", map.getContainer().offsetWidth > 0 && map.getContainer().offsetWidth < 560);
    L.DomEvent.on(box, "click", function (event) {
      if (event.target.closest(".ug-legend")) { event.preventDefault(); }
    });
    box.addEventListener("input", function (event) {
      if (!event.target.closest(".ug-fade")) { return; }
      var labels = Array.from(box.querySelectorAll(".leaflet-control-layers-overlays label"));
      var one = panel.layers[labels.indexOf(event.target.closest("label"))];
      one.opacity = event.target.value / 100;
      one.fade(one.opacity);
      syncPanel(panel);
    });
    return panel;
  }

  /* On paper the legends of what is shown stand below the map, however long they are. */
  function printable(map, panel) {
    var sheet = element("section", "ug-print"), box = map.getContainer(), before = null;
    box.after(sheet);
    function legends() {
      sheet.replaceChildren();
      panel.control.getContainer().querySelectorAll(".leaflet-control-layers-overlays label").forEach(function (label) {
        if (!label.querySelector("input").checked) { return; }
        var part = sheet.appendChild(element("div", "ug-printed"));
        [".ug-name", ".ug-legend"].forEach(function (css) {
          var found = label.querySelector(css);
          if (found) { part.appendChild(found.cloneNode(true)); }
        });
        part.querySelectorAll(".ug-fade").forEach(function (one) { one.remove(); });
      });
      document.querySelectorAll("[data-print]").forEach(function (one) {
        sheet.appendChild(element("div", "ug-printed")).appendChild(one.cloneNode(true));
      });
    }
    window.addEventListener("beforeprint", function () {
      legends();
      if (before) { return; }
      before = { center: map.getCenter(), zoom: map.getZoom() };
      var seen = map.getBounds();
      box.style.setProperty("flex", "none", "important");
      box.style.setProperty("width", PAPER.width + "px", "important");
      box.style.setProperty("height", PAPER.height + "px", "important");
      box.classList.add("ug-on-paper");
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(panel.moved ? seen : panel.bounds, {
        animate: false, paddingBottomRight: [8, 8],
        paddingTopLeft: [8, box.querySelector(".ug-title h1").offsetHeight * 2 + 40]
      });
      thinLabels(map);
      map.fire("ug-print");
    });
    window.addEventListener("afterprint", function () {
      if (!before) { return; }
      ["flex", "width", "height"].forEach(function (one) { box.style.removeProperty(one); });
      box.classList.remove("ug-on-paper");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(before.center, before.zoom, { animate: false });
      before = null;
    });
  }

  function page(map, options) {
    words = options.words;
    Object.keys(PANES).forEach(function (kind) {
      map.createPane("ug-" + kind).style.zIndex = PANES[kind];
    });
    titleBox(map, options.title).addTo(map);
    L.control.zoom({ zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
    north().addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    var panel = layerPanel(map);
    panel.bounds = options.bounds;
    panels.set(map, panel);
    map.on("overlayadd", function (event) {
      unblend(map, panel, event.layer);
      restack(map, panel.layers);
    });
    map.on("zoomend moveend overlayadd overlayremove", function () { thinLabels(map); });
    map.on("dragend zoomend", function () { panel.moved = true; });
    if (options.ground) {
      L.geoJSON(options.ground, {
        pane: "ug-ground", interactive: false,
        style: { weight: 1.2, color: "#9aa3ab", fillColor: "#ffffff", fillOpacity: 0.75, className: "ug-ground" }
      }).addTo(map);
    }
    fitOnceSeen(map, options.bounds);
    panel.moved = false;
    if (options.many) {
      if (urbgeo.many.hasWebGl()) { panel.painter = urbgeo.many.painter(map); } else {
        panel.canvas = L.canvas({ pane: "ug-polygon", padding: 0.2, tolerance: 3 });
      }
      urbgeo.drawnBy = panel.painter ? "maplibre" : "canvas";
      urbgeo.painter = panel.painter;
    }
    printable(map, panel);
  }

  function hoverBox(fields, values) {
    var table = element("table", "ug-hover");
    fields.forEach(function (names, at) {
      var row = table.insertRow(), head = row.appendChild(element("th")), own = words[values[at]];
      both(head, names[0], names[1]);
      var cell = row.appendChild(element("td"));
      if (own) { both(cell, own[0], own[1]); } else { cell.textContent = values[at]; }
    });
    return table;
  }

  function styleOf(data, properties) {
    var colour = data.colours[properties.c];
    return L.extend({}, data.style, data.kind === "line" ? { color: colour } : { fillColor: colour });
  }

  function addHover(data, shape, feature) {
    if (!data.fields.length) { return; }
    shape.bindTooltip(function () { return hoverBox(data.fields, feature.properties.v); }, { sticky: true, opacity: 1 });
    shape.on("mouseover", function () {
      var wider = { weight: data.style.weight + 1.5 };
      shape.setStyle(data.kind === "line" ? wider : L.extend(wider, { color: "#2b3138" }));
    });
    shape.on("mouseout", function () { shape.setStyle(styleOf(data, feature.properties)); });
  }

  function labelOf(feature, latlng, data) {
    var text = element("span"), own = feature.properties;
    if (own.u) { both(text, own.t, own.u, "b"); } else { text.textContent = own.t; }
    text.style.left = own.r + 4 + "px";
    text.dataset.from = data.style.from;
    text.dataset.layer = data.id.replace("ug-layer-", "");
    var icon = L.divIcon({ className: "ug-label", html: text, iconSize: [0, 0] });
    return L.marker(latlng, { icon: icon, pane: "ug-label", interactive: false, keyboard: false });
  }

  function layer(map, data) {
    var panel = panels.get(map), shapes, labels;
    if (panel.painter) {
      shapes = panel.painter.shapes(data);
      labels = urbgeo.many.labels(map, data, labelOf);
      return overlay(map, data, L.featureGroup([shapes, labels]), function (opacity) { shapes.fade(opacity); });
    }
    labels = panel.canvas ? urbgeo.many.labels(map, data, labelOf) : L.featureGroup();
    var pane = panel.canvas ? "ug-polygon" : "ug-" + data.kind;
    shapes = L.geoJSON({ type: "FeatureCollection", features: data.features }, {
      pane: pane,
      renderer: panel.canvas,
      className: data.id,
      interactive: data.fields.length > 0,
      style: function (feature) { return styleOf(data, feature.properties); },
      pointToLayer: function (feature, latlng) {
        if (feature.properties.t && !panel.canvas) { labels.addLayer(labelOf(feature, latlng, data)); }
        return L.circleMarker(latlng, {
          pane: pane, renderer: panel.canvas, className: data.id, radius: feature.properties.r,
          interactive: data.fields.length > 0
        });
      },
      onEachFeature: function (feature, shape) { addHover(data, shape, feature); }
    });
    return overlay(map, data, L.featureGroup([shapes, labels]), function (opacity) {
      data.style.fillOpacity = opacity;
      shapes.setStyle({ fillOpacity: opacity });
    });
  }

  /* A layer in the panel: ``classed`` ones never lie over each other, ``fade`` sets the opacity of the fill. */
  function overlay(map, data, group, fade) {
    var panel = panels.get(map);
    panel.layers.push({ group: group, kind: data.kind, classed: data.classed, fade: fade });
    panel.control.addOverlay(group, data.name);
    return group;
  }

  window.urbgeo = {
    page: page, layer: layer, overlay: overlay, both: both, element: element, thinLabels: thinLabels, pressed: pressed,
    hoverBox: hoverBox, drawnBy: "svg",
    refit: function (map) { var panel = panels.get(map); fit(map, panel.bounds); panel.moved = false; }
  };
})();
