/* The living map: minutes to or from a clicked place or to the nearest facility, circles by a slider, the effect of
   lines and stations drawn with the mouse, before and after. Circles and coverage come from steps that the package
   computed; only minutes over what is drawn are formed here: columns of its matrix and a minimum. */
(function () {
  "use strict";

  var NEVER = 65535, PALE = "#e3e6e9", MEMBER = "#2a7f62", DRAWN = "#c8452d", NARROW = 700;

  function decoded(text) {
    var raw = atob(text), bytes = new Uint8Array(raw.length), at;
    for (at = 0; at < raw.length; at += 1) { bytes[at] = raw.charCodeAt(at); }
    return new Uint16Array(bytes.buffer);
  }

  /* Minutes of every place over the base table and the links drawn: a trip over new links is base trips between
     their ends, so the ends are settled among themselves first. */
  function over(links, targets, trip) {
    var ends = [], best = {}, changed = true;
    if (!links.length) { return targets; }
    function lower(at, value) {
      if (value < best[at] - 1e-9) { best[at] = value; changed = true; }
    }
    links.forEach(function (link) { ends.push(link.a, link.b); });
    ends.forEach(function (at) { best[at] = targets[at]; });
    while (changed) {
      changed = false;
      links.forEach(function (link) {
        lower(link.a, link.minutes + best[link.b]);
        lower(link.b, link.minutes + best[link.a]);
      });
      ends.forEach(function (one) { ends.forEach(function (other) { lower(one, trip(one, other) + best[other]); }); });
    }
    return targets.map(function (value, at) {
      return ends.reduce(function (least, end) { return Math.min(least, trip(at, end) + best[end]); }, value);
    });
  }

  function shade(scale, number) {
    var at = 0;
    if (!isFinite(number)) { return scale.never || DRAWN; }
    while (at < scale.breaks.length && number > scale.breaks[at]) { at += 1; }
    return scale.colours[at];
  }

  /* What every place's minutes are, before and after, in the state the reader has chosen. */
  function model(data, state) {
    var count = data.zh.length, plain = decoded(data.matrix), km = decoded(data.km);
    var changed = data.after ? decoded(data.after) : plain;
    var nearest = decoded(data.nearest), nearestAfter = data.nearestAfter ? decoded(data.nearestAfter) : nearest;

    function ticks(held, at) { return held[at] === NEVER ? Infinity : held[at] * data.tick; }

    function column(held, near, links, stations) {
      function trip(i, j) { return ticks(held, state.direction === "to" ? i * count + j : j * count + i); }
      var targets = data.zh.map(function (_, at) {
        if (state.mode !== "nearest") { return trip(at, state.place); }
        return stations.reduce(function (least, one) {
          return Math.min(least, ticks(held, at * count + one));
        }, ticks(near, at));
      });
      return over(links, targets, trip);
    }

    return {
      km: function (a, b) { return km[a * count + b] * data.kmTick; },
      update: function () {
        if (state.mode === "nearest") { state.direction = "to"; }
        state.before = column(plain, nearest, [], []);
        state.after = column(changed, nearestAfter, state.links, state.stations);
      },
      changed: function () { return Boolean(data.after || state.links.length || state.stations.length); }
    };
  }

  function swipe(map, panes, share) {
    var corner = map.containerPointToLayerPoint([0, 0]), size = map.getSize(), at = corner.x + size.x * share;
    [[corner.x, at], [at, corner.x + size.x]].forEach(function (sides, side) {
      map.getPane(panes[side]).style.clip = share === null ? "" :
        "rect(" + corner.y + "px," + sides[1] + "px," + (corner.y + size.y) + "px," + sides[0] + "px)";
    });
  }

  /* A bar across the map: before on its left, after on its right. */
  function swipeBar(map, panes) {
    var bar = urbgeo.element("div", "ug-swipe"), share = 0.5, on = false;
    [["此前", "Before", "left"], ["此后", "After", "right"]].forEach(function (one) {
      urbgeo.both(bar.appendChild(urbgeo.element("span", "ug-swipe-" + one[2])), one[0], one[1]);
    });
    bar.tabIndex = 0;
    bar.setAttribute("role", "slider");
    bar.setAttribute("aria-label", "此前与此后 Before and after");
    function place() {
      bar.style.display = on ? "" : "none";
      bar.style.left = 100 * share + "%";
      bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
      swipe(map, panes, on ? share : null);
    }
    function to(x) { share = Math.min(0.98, Math.max(0.02, x)); place(); }
    bar.addEventListener("pointerdown", function (event) { bar.setPointerCapture(event.pointerId); event.stopPropagation(); });
    bar.addEventListener("pointermove", function (event) {
      var box = map.getContainer().getBoundingClientRect();
      if (bar.hasPointerCapture(event.pointerId)) { to((event.clientX - box.left) / box.width); }
    });
    bar.addEventListener("keydown", function (event) {
      if (event.key === "ArrowLeft") { to(share - 0.02); } else if (event.key === "ArrowRight") { to(share + 0.02); }
    });
    L.DomEvent.disableClickPropagation(bar);
    map.getContainer().appendChild(bar);
    map.on("move zoomend resize", place);
    place();
    return function (wanted) { on = wanted; place(); };
  }

  function living(map, data) {
    var state = {
      mode: "place", place: data.start, direction: "to", step: data.first, view: "after", links: [], stations: [],
      picking: null, stops: [], opacity: data.style.fillOpacity, before: [], after: []
    };
    var found = model(data, state), shapes = { before: [], after: [] }, drawn = L.featureGroup();
    map.createPane("ug-before").style.zIndex = 411;
    map.createPane("ug-after").style.zIndex = 411;
    map.createPane("ug-drawn").style.zIndex = 425;
    var bar = swipeBar(map, ["ug-before", "ug-after"]);

    function seat(at) { return [data.seats[at][1], data.seats[at][0]]; }

    function shown(at, side) {
      if (state.mode === "circle") { return data.steps[state.step].members.indexOf(at) >= 0 ? MEMBER : PALE; }
      if (state.view === "gain") { return shade(data.gain, state.before[at] - state.after[at] || 0); }
      return shade(data.scale, state[side || (state.view === "before" ? "before" : "after")][at]);
    }

    function told(number) { return isFinite(number) ? [number.toFixed(1) + " min"] : ["不可达", "unreached"]; }

    function hover(at) {
      var box = urbgeo.element("div"), gain = state.before[at] - state.after[at];
      urbgeo.both(box, data.zh[at], data.en[at], "b");
      if (state.mode === "circle") { return box; }
      var line = box.appendChild(urbgeo.element("div")), now = told(state.view === "before" ? state.before[at] : state.after[at]);
      urbgeo.both(line, now[0], now[1] || now[0]);
      if (state.view !== "before" && (gain > 0.05 || gain < -0.05)) {
        urbgeo.both(line.appendChild(urbgeo.element("span", "", " ")), "此前 " + told(state.before[at])[0], "before " +
          (told(state.before[at])[1] || told(state.before[at])[0]));
      }
      return box;
    }

    var panel = controls(map, data, state, {
      draw: draw, join: join, clear: clear, bar: bar, stop: function () { state.picking = null; state.stops = []; draw(); }
    });

    function paint() {
      Object.keys(shapes).forEach(function (side) {
        shapes[side].forEach(function (shape, at) {
          var chosen = state.mode === "place" && at === state.place;
          shape.setStyle({
            fillColor: shown(at, state.view === "swipe" ? side : null), fillOpacity: state.opacity,
            weight: chosen ? 2.6 : 0.8, color: chosen ? "#2b3138" : "#ffffff"
          });
        });
        if (state.mode === "place") { shapes[side][state.place].bringToFront(); }
      });
      map.getPane("ug-before").style.display = state.view === "swipe" ? "" : "none";
      bar(state.view === "swipe");
    }

    function draw() {
      found.update();
      if (state.mode === "circle" || (state.view !== "after" && !found.changed())) { state.view = "after"; }
      paint();
      panel.say(found.changed());
    }

    function picked(at) {
      if (state.picking === "line") {
        if (at === state.stops[state.stops.length - 1]) { state.picking = null; state.stops = []; draw(); return; }
        state.stops.push(at);
        if (state.stops.length > 1) { join(state.stops[state.stops.length - 2], at, null); } else { mark(at); draw(); }
      } else if (state.picking === "station") {
        state.picking = null; state.mode = "nearest";
        state.stations.push(at);
        mark(at);
        draw();
      } else { state.mode = "place"; state.place = at; draw(); }
    }

    function mark(at) {
      L.circleMarker(seat(at), {
        pane: "ug-drawn", radius: 6, color: "#ffffff", weight: 2, fillColor: DRAWN, fillOpacity: 1, interactive: false
      }).addTo(drawn);
    }

    /* Minutes of a link: the kilometres the package measured, at the speed that stands in the box. */
    function join(a, b, given) {
      state.links.push({ a: a, b: b, minutes: given === null ? found.km(a, b) / panel.kmh() * 60 : given });
      L.polyline([seat(a), seat(b)], { pane: "ug-drawn", color: DRAWN, weight: 4, interactive: false }).addTo(drawn);
      mark(b);
      if (state.mode === "circle") { state.mode = "place"; }
      draw();
    }

    function clear() {
      state.links = []; state.stations = []; state.stops = []; state.picking = null;
      drawn.clearLayers();
      draw();
    }

    var group = L.featureGroup(["before", "after"].map(function (side) {
      return L.geoJSON(data.features, {
        pane: "ug-" + side,
        style: { weight: 0.8, color: "#ffffff", className: "ug-living-" + side },
        onEachFeature: function (feature, shape) {
          var at = feature.properties.at;
          shapes[side][at] = shape;
          shape.bindTooltip(function () { return hover(at); }, { sticky: true, opacity: 1 });
          shape.on("click", function () { picked(at); });
        }
      });
    }));
    urbgeo.overlay(map, data, group, function (opacity) { state.opacity = opacity; paint(); }).addTo(map);
    drawn.addTo(map);
    draw();
    if (map.getContainer().querySelector(".ug-narrow")) { urbgeo.refit(map); }
    window.urbgeoLiving = {
      state: state, join: join, draw: draw, colour: shown, seat: seat, over: over,
      value: function (at) { return state.view === "before" ? state.before[at] : state.after[at]; }
    };
  }

  /* The box of buttons; it only changes the state and asks for a new drawing. */
  function controls(map, data, state, acts) {
    var box = urbgeo.element("div", "ug-living"), said = urbgeo.element("p", "ug-living-said");
    var legend = urbgeo.element("div", "ug-living-legend"), views = urbgeo.element("div", "ug-living-row ug-views");
    var buttons = {}, slider = urbgeo.element("input"), speed = urbgeo.element("input");
    var numbers = { limit: urbgeo.element("b", "ug-limit"), count: urbgeo.element("b", "ug-count"), people: urbgeo.element("b"), covered: urbgeo.element("b") };
    var effect = urbgeo.element("p", "ug-effect");

    function row() {
      var made = urbgeo.element("div", "ug-living-row");
      Array.prototype.forEach.call(arguments, function (one) {
        if (Array.isArray(one)) { urbgeo.both(made, one[0], one[1]); } else { made.appendChild(one); }
      });
      return made;
    }

    function button(name, zh, en, work) {
      var made = urbgeo.both(urbgeo.element("button"), zh, en);
      made.type = "button"; made.name = name;
      made.addEventListener("click", work);
      buttons[name] = made;
      return made;
    }

    function choose(mode, direction) {
      return function () { state.mode = mode; if (direction) { state.direction = direction; } state.picking = null; acts.draw(); };
    }

    function pick(what) {
      return function () {
        if (state.picking === what) { acts.stop(); return; }
        state.picking = what; state.stops = []; acts.draw();
      };
    }

    slider.type = "range"; slider.min = 0; slider.max = data.steps.length - 1; slider.step = 1; slider.value = state.step;
    slider.setAttribute("aria-label", "分钟 minutes");
    slider.addEventListener("input", function () { state.step = Number(slider.value); state.mode = "circle"; state.picking = null; acts.draw(); });
    speed.type = "number"; speed.value = data.kmh; speed.min = 10; speed.max = 350;
    speed.setAttribute("aria-label", "km/h");
    [["before", "此前", "Before"], ["after", "此后", "After"], ["gain", "节省", "Saved"], ["swipe", "卷帘", "Swipe"]].forEach(function (one) {
      views.appendChild(button(one[0], one[1], one[2], function () {
        state.view = one[0];
        if (state.mode === "circle") { state.mode = "place"; }
        acts.draw();
      }));
    });
    [said,
      row(button("to", "到此", "To", choose("place", "to")), button("from", "自此", "From", choose("place", "from")),
        button("nearest", data.facility[0], data.facility[1], choose("nearest"))),
      row(button("line", "画线", "Line", pick("line")), speed, ["km/h", "km/h"],
        button("station", "设站", "Station", pick("station")), button("clear", "清除", "Clear", acts.clear)),
      row(["圈", "Circle"], ["≤", "≤"], numbers.limit, ["min", "min"], slider),
      row(["县", "Counties"], numbers.count, ["万人", "10⁴ people"], numbers.people, ["机场覆盖", "Airport"], numbers.covered),
      views, effect, legend
    ].forEach(function (one) { box.appendChild(one); });
    legend.dataset.print = said.dataset.print = "";

    var narrow = map.getContainer().offsetWidth > 0 && map.getContainer().offsetWidth < NARROW;
    var control = L.control({ position: narrow ? "bottomleft" : "topright" });
    control.onAdd = function () { L.DomEvent.disableClickPropagation(box); L.DomEvent.disableScrollPropagation(box); return box; };
    box.classList.toggle("ug-narrow", narrow);
    control.addTo(map);
    if (!narrow) { box.parentNode.insertBefore(box, box.parentNode.firstChild); }

    function legendOf() {
      var rows = state.view === "gain" ? data.gain : data.scale;
      if (state.mode === "circle") { rows = { colours: [MEMBER, PALE], labels: ["圈内 inside", "圈外 outside"] }; }
      legend.replaceChildren();
      rows.labels.forEach(function (text, at) {
        var item = legend.appendChild(urbgeo.element("span")), patch = item.appendChild(urbgeo.element("i")), pair = text.split(" ");
        patch.style.background = rows.colours[at];
        patch.style.opacity = state.opacity;
        if (state.mode === "circle") { urbgeo.both(item, pair[0], pair[1]); } else { urbgeo.both(item, text, text); }
      });
    }

    function sentence() {
      var name = state.place;
      if (state.picking === "line") {
        return state.stops.length ? ["点选下一站，再点末站结束", "Click the next stop; the last again to end"] : ["点选线的起点", "Click where the line starts"];
      }
      if (state.picking === "station") { return ["点选设站的县市", "Click where the station stands"]; }
      if (state.mode === "circle") { return ["核心城市的圈，按分钟", "The circle of the core, by minutes"]; }
      if (state.mode === "nearest") { return [data.facility[2], data.facility[3]]; }
      return state.direction === "to" ? ["到 " + data.zh[name], "To " + data.en[name]] : ["自 " + data.zh[name], "From " + data.en[name]];
    }

    function say(changed) {
      var step = data.steps[state.step], gains = state.before.map(function (one, at) { return one - state.after[at] || 0; });
      var better = gains.filter(function (one) { return one > 0.1; }).length, most = Math.max.apply(null, gains);
      said.replaceChildren();
      urbgeo.both(said, sentence()[0], sentence()[1]);
      numbers.limit.textContent = step.minutes;
      numbers.count.textContent = step.members.length;
      numbers.people.textContent = (step.people / 10000).toFixed(0);
      numbers.covered.textContent = step.covered === null ? "–" : (100 * step.covered).toFixed(1) + "%";
      box.dataset.mode = state.mode;
      views.style.display = changed ? "" : "none";
      effect.replaceChildren();
      effect.style.display = changed && state.mode !== "circle" ? "" : "none";
      urbgeo.both(effect, better + " 个县市更快，最多省 " + (isFinite(most) ? most.toFixed(1) : "∞") + " 分钟",
        better + " places gain, up to " + (isFinite(most) ? most.toFixed(1) : "∞") + " min");
      urbgeo.pressed(Object.values(buttons).filter(function (one) { return views.contains(one); }), buttons[state.view]);
      urbgeo.pressed([buttons.to, buttons.from, buttons.nearest],
        state.mode === "circle" ? null : buttons[state.mode === "nearest" ? "nearest" : state.direction]);
      urbgeo.pressed([buttons.line, buttons.station], state.picking ? buttons[state.picking] : null);
      legendOf();
    }

    return { say: say, kmh: function () { return Math.max(1, Number(speed.value) || data.kmh); } };
  }

  window.urbgeo.living = living;
})();
