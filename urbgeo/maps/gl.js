/* Many features: MapLibre GL draws the shapes below Leaflet's panel, hover box and labels. Without WebGL Leaflet
   draws them all on one canvas. */
(function () {
  "use strict";

  var REACH_PX = 3, MOST_LABELS = 400, RANK = { polygon: 0, line: 1, point: 2 };

  /* WebGL that the processor only imitates is slower than Leaflet's canvas: it does not count. */
  function hasWebGl() {
    var probe = document.createElement("canvas"), honest = { failIfMajorPerformanceCaveat: true };
    return Boolean(window.maplibregl && (probe.getContext("webgl2", honest) || probe.getContext("webgl", honest)));
  }

  /* West, south, east, north of everything in a list of features. */
  function extent(features) {
    var box = [Infinity, Infinity, -Infinity, -Infinity];
    function walk(part) {
      if (typeof part[0] === "number") {
        box = [Math.min(box[0], part[0]), Math.min(box[1], part[1]), Math.max(box[2], part[0]), Math.max(box[3], part[1])];
      } else { part.forEach(walk); }
    }
    features.forEach(function (one) { walk(one.geometry.coordinates); });
    return features.length ? L.latLngBounds([box[1], box[0]], [box[3], box[2]]) : L.latLngBounds([]);
  }

  function hovered(plain, wide) { return ["case", ["boolean", ["feature-state", "hover"], false], wide, plain]; }

  /* Style layers of one layer of the page. */
  function specs(data) {
    var style = data.style, colour = ["to-color", ["at", ["get", "c"], ["literal", data.colours]]];
    var rim = hovered(style.weight, style.weight + 1.5);
    if (data.kind === "polygon") {
      return [
        { type: "fill", paint: { "fill-color": colour, "fill-opacity": style.fillOpacity, "fill-antialias": false } },
        { type: "line", paint: { "line-color": hovered(style.color, "#2b3138"), "line-width": rim, "line-opacity": style.weight ? 1 : 0 } }
      ];
    }
    if (data.kind === "line") {
      var paint = { "line-color": colour, "line-width": rim, "line-opacity": style.opacity };
      if (style.dashArray) { paint["line-dasharray"] = style.dashArray.split(" ").map(function (one) { return one / style.weight; }); }
      return [{ type: "line", layout: { "line-join": "round", "line-cap": style.dashArray ? "butt" : "round" }, paint: paint }];
    }
    return [{ type: "circle", paint: {
      "circle-radius": ["get", "r"], "circle-color": colour, "circle-opacity": style.fillOpacity,
      "circle-stroke-width": rim, "circle-stroke-color": hovered(style.color, "#2b3138")
    } }];
  }

  function painter(map) {
    var pane = map.createPane("ug-gl"), box = urbgeo.element("div", "ug-gl"), ready = false, waiting = [], stack = [], kinds = {};
    pane.style.zIndex = 408;
    pane.appendChild(box);
    var size = map.getSize();
    box.style.width = size.x + "px"; box.style.height = size.y + "px";
    var gl = new maplibregl.Map({
      container: box, style: { version: 8, sources: {}, layers: [] }, interactive: false, attributionControl: false,
      fadeDuration: 0, center: [0, 0], zoom: 1, maxPitch: 0, renderWorldCopies: false,
      canvasContextAttributes: { preserveDrawingBuffer: true, antialias: false }
    });
    map.options.zoomAnimation = map._zoomAnimated = false;

    function sync() {
      var now = map.getSize(), centre = map.getCenter();
      L.DomUtil.setPosition(box, map.containerPointToLayerPoint([0, 0]));
      if (now.x !== size.x || now.y !== size.y) {
        size = now;
        box.style.width = now.x + "px"; box.style.height = now.y + "px";
        gl.resize();
      }
      gl.jumpTo({ center: [centre.lng, centre.lat], zoom: map.getZoom() - 1 });
    }

    function whenReady(work) { if (ready) { work(); } else { waiting.push(work); } }

    gl.on("load", function () { ready = true; waiting.forEach(function (one) { one(); }); waiting = []; });
    map.on("move zoom viewreset resize ug-print", sync);
    map.on("ug-print", function () { gl.redraw(); });

    function put(data) {
      var next = stack.find(function (one) { return RANK[one.kind] > RANK[data.kind]; });
      gl.addSource(data.id, { type: "geojson", generateId: true, tolerance: 0.2, data: {
        type: "FeatureCollection", features: data.features.map(function (one) {
          return { type: "Feature", properties: { c: one.properties.c, r: one.properties.r || 0 }, geometry: one.geometry };
        })
      } });
      data.parts = specs(data).map(function (one, at) {
        var id = data.id + "-" + at;
        gl.addLayer(L.extend({ id: id, source: data.id, layout: {} }, one), next && next.parts[0]);
        return id;
      });
      stack.splice(next ? stack.indexOf(next) : stack.length, 0, data);
      kinds[data.id] = data;
    }

    var Shapes = L.Layer.extend({
      initialize: function (data) {
        this.data = data;
        whenReady(function () { put(data); show(data, false); });
      },
      onAdd: function () { var data = this.data; whenReady(function () { show(data, true); }); },
      onRemove: function () { var data = this.data; whenReady(function () { show(data, false); }); },
      getBounds: function () { this.box = this.box || extent(this.data.features); return this.box; },
      fade: function (opacity) {
        var data = this.data;
        whenReady(function () { gl.setPaintProperty(data.parts[0], "fill-opacity", opacity); });
      }
    });

    function show(data, shown) {
      data.shown = shown;
      data.parts.forEach(function (id) { gl.setLayoutProperty(id, "visibility", shown ? "visible" : "none"); });
    }

    hover(map, gl, stack, kinds);
    sync();
    return { gl: gl, shapes: function (data) { return new Shapes(data); } };
  }

  /* The topmost feature under the pointer says itself in Leaflet's box. */
  function hover(map, gl, stack, kinds) {
    var tip = L.tooltip({ sticky: true, opacity: 1, offset: [10, 0] }), marked = null, asked = false;
    function leave() {
      if (marked) { gl.setFeatureState(marked, { hover: false }); marked = null; map.closeTooltip(tip); }
    }
    function look(event) {
      asked = false;
      var at = event.containerPoint, ids = [];
      stack.forEach(function (one) { if (one.shown && one.fields.length) { ids.push.apply(ids, one.parts); } });
      var near = [[at.x - REACH_PX, at.y - REACH_PX], [at.x + REACH_PX, at.y + REACH_PX]];
      var found = ids.length ? gl.queryRenderedFeatures([at.x, at.y], { layers: ids })[0] ||
        gl.queryRenderedFeatures(near, { layers: ids })[0] : null;
      if (!found) { leave(); return; }
      if (!marked || marked.source !== found.source || marked.id !== found.id) {
        leave();
        marked = { source: found.source, id: found.id };
        gl.setFeatureState(marked, { hover: true });
        var data = kinds[found.source];
        tip.setContent(urbgeo.hoverBox(data.fields, data.features[found.id].properties.v));
        tip.setLatLng(event.latlng);
        map.openTooltip(tip);
      }
      tip.setLatLng(event.latlng);
    }
    map.on("mousemove", function (event) {
      if (asked || map.dragging.moving()) { return; }
      asked = true;
      requestAnimationFrame(function () { look(event); });
    });
    map.on("mouseout movestart", leave);
  }

  /* Labels of many points: only those in view, the first of every cell, become elements. */
  function labels(map, data, labelOf) {
    var group = L.featureGroup(), named = data.features.filter(function (one) { return one.properties.t; });
    function fill() {
      group.clearLayers();
      if (!map.hasLayer(group) || map.getZoom() < data.style.from) { return; }
      var seen = map.getBounds(), taken = {}, count = 0;
      named.some(function (one) {
        var spot = L.latLng(one.geometry.coordinates[1], one.geometry.coordinates[0]), at;
        if (!seen.contains(spot)) { return false; }
        at = map.latLngToContainerPoint(spot);
        var cell = Math.floor(at.x / 60) + "," + Math.floor(at.y / 18);
        if (taken[cell]) { return false; }
        taken[cell] = true;
        group.addLayer(labelOf(one, spot, data));
        count += 1;
        return count >= MOST_LABELS;
      });
      urbgeo.thinLabels(map);
    }
    map.on("moveend", fill);
    group.on("add", fill);
    return group;
  }

  window.urbgeo.many = { hasWebGl: hasWebGl, painter: painter, labels: labels };
})();
