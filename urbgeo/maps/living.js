/* The living map: minutes to or from a clicked place, circles by a slider, the effect of a drawn link.
   Circles and coverage come from steps that the package computed; only minutes over a new link are formed here. */
(function () {
  "use strict";

  var NEVER = 65535, PALE = "#e3e6e9", MEMBER = "#2a7f62", BETTER = "#c8452d";

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  function decoded(text) {
    var raw = atob(text), bytes = new Uint8Array(raw.length), at;
    for (at = 0; at < raw.length; at += 1) { bytes[at] = raw.charCodeAt(at); }
    return new Uint16Array(bytes.buffer);
  }

  function kilometres(a, b) { return L.latLng(a[1], a[0]).distanceTo(L.latLng(b[1], b[0])) / 1000; }

  function living(map, data) {
    var count = data.zh.length, held = decoded(data.matrix);
    var state = { mode: "place", place: data.start, direction: "to", step: data.first, link: null, picking: null };
    var shapes = [], line = L.polyline([], { color: BETTER, weight: 4, interactive: false });

    function before(i, j) {
      var ticks = held[i * count + j];
      return ticks === NEVER ? Infinity : ticks * data.tick;
    }

    function minutes(i, j) {
      var plain = before(i, j), link = state.link;
      if (!link) { return plain; }
      return Math.min(plain, before(i, link.a) + link.minutes + before(link.b, j),
        before(i, link.b) + link.minutes + before(link.a, j));
    }

    function value(at) {
      return state.direction === "to" ? minutes(at, state.place) : minutes(state.place, at);
    }

    function shade(number) {
      var at = 0;
      if (!isFinite(number)) { return "#c8452d"; }
      while (at < data.breaks.length && number > data.breaks[at]) { at += 1; }
      return data.colours[at];
    }

    function colour(at) {
      if (state.mode === "circle") { return data.steps[state.step].members.indexOf(at) >= 0 ? MEMBER : PALE; }
      return shade(value(at));
    }

    function said(at) {
      var text = data.zh[at] + " " + data.en[at], now = value(at), gain;
      if (state.mode === "circle") { return text; }
      text += " · " + (isFinite(now) ? now.toFixed(1) + " min" : "不可达 unreached");
      gain = state.link ? (state.direction === "to" ? before(at, state.place) : before(state.place, at)) - now : 0;
      return gain > 0.05 ? text + " (−" + gain.toFixed(1) + ")" : text;
    }

    var box = element("div", "ug-living"), tip = element("p", "ug-living-said");
    var number = element("b"), people = element("b"), covered = element("b"), limit = element("b");
    var slider = element("input");

    function draw() {
      shapes.forEach(function (shape, at) {
        shape.setStyle({
          fillColor: colour(at), weight: state.mode === "place" && at === state.place ? 2.6 : 0.8,
          color: state.mode === "place" && at === state.place ? "#2b3138" : "#ffffff"
        });
      });
      var step = data.steps[state.step], link = state.link;
      limit.textContent = step.minutes;
      number.textContent = step.members.length;
      people.textContent = (step.people / 10000).toFixed(0);
      covered.textContent = (100 * step.covered).toFixed(1) + "%";
      box.dataset.mode = state.mode;
      if (state.picking) {
        tip.textContent = state.picking === "a" ? "点选连线起点 Click where the link starts" : "点选终点 Click where it ends";
      } else if (state.mode === "place") {
        tip.textContent = (state.direction === "to" ? "到 To " : "自 From ") + data.zh[state.place] + " " +
          data.en[state.place] + (link ? " · 新线 link " + link.minutes.toFixed(1) + " min" : "");
      } else { tip.textContent = "一小时圈随分钟变化 The circle by minutes"; }
      if (shapes[state.place]) { shapes[state.place].bringToFront(); }
    }

    function picked(at) {
      if (state.picking === "a") { state.first = at; state.picking = "b"; }
      else if (state.picking === "b") {
        state.picking = null;
        if (at !== state.first) { join(state.first, at, null); }
      } else { state.mode = "place"; state.place = at; }
      draw();
    }

    /* Minutes of a link: the straight line, its detour, at the speed that stands in the box. */
    function join(a, b, given) {
      var km = kilometres(data.seats[a], data.seats[b]) * data.detour;
      state.link = { a: a, b: b, minutes: given === null ? km / Number(speed.value) * 60 : given };
      line.setLatLngs([a, b].map(function (at) { return [data.seats[at][1], data.seats[at][0]]; }));
      state.mode = "place";
      draw();
    }

    function button(text, name, work) {
      var made = element("button", "", text);
      made.type = "button";
      made.name = name;
      made.addEventListener("click", work);
      return made;
    }

    function row() {
      var made = element("div", "ug-living-row");
      Array.prototype.forEach.call(arguments, function (one) {
        made.appendChild(typeof one === "string" ? document.createTextNode(one) : one);
      });
      return made;
    }

    slider.type = "range"; slider.min = 0; slider.max = data.steps.length - 1; slider.step = 1; slider.value = state.step;
    slider.setAttribute("aria-label", "分钟 minutes");
    slider.addEventListener("input", function () {
      state.step = Number(slider.value); state.mode = "circle"; state.picking = null; draw();
    });
    var speed = element("input");
    speed.type = "number"; speed.value = data.kmh; speed.min = 10; speed.max = 350;
    speed.setAttribute("aria-label", "km/h");
    var legend = element("div", "ug-living-legend");
    data.labels.forEach(function (text, at) {
      var item = element("span"), patch = element("i");
      patch.style.background = data.colours[at];
      item.appendChild(patch); item.appendChild(document.createTextNode(text));
      legend.appendChild(item);
    });
    [tip,
      row(button("到此 To", "to", function () { state.direction = "to"; state.mode = "place"; draw(); }),
        button("自此 From", "from", function () { state.direction = "from"; state.mode = "place"; draw(); }),
        button("画线 Link", "link", function () { state.picking = "a"; draw(); }), speed, "km/h",
        button("清除 Clear", "clear", function () { state.link = state.picking = null; line.setLatLngs([]); draw(); })),
      legend,
      row("圈 Circle ≤ ", limit, " min", slider),
      row("县 Counties ", number, " · 万人 10⁴ people ", people, " · 机场覆盖 airport ", covered)
    ].forEach(function (one) { box.appendChild(one); });
    number.className = "ug-count";
    var control = L.control({ position: "bottomleft" });
    control.onAdd = function () { L.DomEvent.disableClickPropagation(box); L.DomEvent.disableScrollPropagation(box); return box; };
    control.addTo(map);
    var north = L.control({ position: "topleft" });
    north.onAdd = function () { return element("div", "ug-north", "▲ 北 N"); };
    north.addTo(map);
    L.geoJSON(data.features, {
      pane: "ug-polygon",
      style: { fillOpacity: 0.92, weight: 0.8, color: "#ffffff" },
      onEachFeature: function (feature, shape) {
        var at = feature.properties.at;
        shapes[at] = shape;
        shape.bindTooltip(function () { return element("span", "", said(at)); }, { sticky: true, opacity: 1 });
        shape.on("click", function () { picked(at); });
      }
    }).addTo(map);
    line.addTo(map);
    draw();
    window.urbgeoLiving = { state: state, value: value, join: join, draw: draw, colour: colour };
  }

  window.urbgeo.living = living;
})();
