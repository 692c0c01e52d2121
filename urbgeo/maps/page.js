/* The page's behaviour: panel, title, drawing, hover, labels. Text from data only ever becomes text nodes. */
(function () {
  "use strict";

  var PANES = { polygon: 410, line: 420, point: 430, label: 440 };
  var panels = new WeakMap();

  function element(tag, className, text) {
    var made = L.DomUtil.create(tag, className || "");
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  function titleBox(lines) {
    var box = L.control({ position: "topleft" });
    box.onAdd = function () {
      var container = element("div", "ug-title");
      container.appendChild(element("h1", "", lines[0]));
      container.appendChild(element("h2", "", lines[1]));
      return container;
    };
    return box;
  }

  /* The study area goes where neither title nor panel covers it. */
  function fit(map, bounds) {
    var container = map.getContainer();
    map.fitBounds(bounds, {
      animate: false,
      paddingTopLeft: [16, container.querySelector(".ug-title").offsetHeight + 24],
      paddingBottomRight: [container.querySelector(".leaflet-control-layers").offsetWidth + 28, 40]
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

  function restack(map, layers) {
    layers.forEach(function (layer) { if (map.hasLayer(layer)) { layer.bringToFront(); } });
  }

  /* Where two labels would overlap, the earlier one stays. */
  function thinLabels(map) {
    var kept = [];
    map.getPane("ug-label").querySelectorAll("span").forEach(function (label) {
      var box = label.getBoundingClientRect();
      var clash = kept.some(function (other) {
        return box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
      });
      label.style.visibility = clash ? "hidden" : "";
      if (!clash) { kept.push(box); }
    });
  }

  function page(map, options) {
    Object.keys(PANES).forEach(function (kind) {
      map.createPane("ug-" + kind).style.zIndex = PANES[kind];
    });
    titleBox(options.title).addTo(map);
    L.control.zoom({ zoomInTitle: "放大 Zoom in", zoomOutTitle: "缩小 Zoom out" }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    var control = L.control.layers(null, null, { collapsed: false, autoZIndex: false }).addTo(map);
    control.getContainer().setAttribute("aria-label", "图层与图例 Layers and legend");
    L.DomEvent.on(control.getContainer(), "click", function (event) {
      if (event.target.closest(".ug-legend")) { event.preventDefault(); }
    });
    var layers = [];
    panels.set(map, { control: control, layers: layers });
    map.on("overlayadd", function () { restack(map, layers); });
    map.on("zoomend overlayadd overlayremove", function () { thinLabels(map); });
    fitOnceSeen(map, options.bounds);
  }

  function hoverBox(fields, values) {
    var table = element("table", "ug-hover");
    fields.forEach(function (names, at) {
      var row = table.insertRow();
      var head = row.appendChild(element("th"));
      head.appendChild(element("b", "", names[0]));
      head.appendChild(document.createTextNode(" " + names[1]));
      row.appendChild(element("td", "", values[at]));
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
      shape.setStyle({ weight: data.style.weight + 1.5, color: data.kind === "line" ? undefined : "#2b3138" });
    });
    shape.on("mouseout", function () { shape.setStyle(styleOf(data, feature.properties)); });
  }

  function labelOf(feature, latlng) {
    var text = element("span", "", feature.properties.t);
    text.style.left = feature.properties.r + 4 + "px";
    var icon = L.divIcon({ className: "ug-label", html: text, iconSize: [0, 0] });
    return L.marker(latlng, { icon: icon, pane: "ug-label", interactive: false, keyboard: false });
  }

  function layer(map, data) {
    var labels = L.featureGroup();
    var shapes = L.geoJSON({ type: "FeatureCollection", features: data.features }, {
      pane: "ug-" + data.kind,
      className: data.id,
      interactive: data.fields.length > 0,
      style: function (feature) { return styleOf(data, feature.properties); },
      pointToLayer: function (feature, latlng) {
        if (feature.properties.t) { labels.addLayer(labelOf(feature, latlng)); }
        return L.circleMarker(latlng, {
          pane: "ug-" + data.kind, className: data.id, radius: feature.properties.r,
          interactive: data.fields.length > 0
        });
      },
      onEachFeature: function (feature, shape) { addHover(data, shape, feature); }
    });
    var group = L.featureGroup([shapes, labels]);
    var panel = panels.get(map);
    panel.layers.push(group);
    panel.control.addOverlay(group, data.name);
    return group;
  }

  window.urbgeo = { page: page, layer: layer };
})();
