// Windowpane's tracking script: page views, events and how long pages are looked at, sent to POST /collect/{site}.
// It keeps nothing in the browser: no cookie, no storage; what cannot be sent yet waits in memory.
// Served without lines of comments and without space that means nothing (see script.py): each statement ends with a semicolon.
//
//   <script defer src="https://stats.example.com/js/script.js" data-site="example.org"></script>
//
// Attributes: docs/merchants.md. data-domain is data-site by the name that Plausible's snippet has.
((w, d, n, l, now) => {
  const me = d.currentScript || d.querySelector("script[data-site],script[data-domain]"), set = me.dataset;
  const site = set.site || set.domain;
  // Relative to the script, which may be offered below a path.
  const to = set.api || new URL("../collect/" + site, me.src);
  const auto = !("manual" in set), hash = "hash" in set;
  const off = !("everybody" in set) && (n.doNotTrack == 1 || w.doNotTrack == 1 || n.globalPrivacyControl) ||
    /^(|localhost|127.*|\[::1\]|.*\.local(host)?)$/.test(l.hostname) && !("local" in set);
  const files = RegExp("\\.(" + (set.downloads ||
    "pdf,xlsx?,docx?,pptx?,csv,txt,rtf,zip,gz,rar,7z,exe,dmg,pkg,deb,mp[34],mov,avi,wav").replace(/,/g, "|") + ")$", "i");
  // busy: the event that is on its way. page: what was viewed last. last: when something was sent last.
  // since: when the page came into sight, 0 while it is out of it. seen: for how long it was before, in ms.
  // acts: events that count, of this document; one more where the visit came from another page of the site.
  let queue = [], tries = 0, since = 0, seen = 0, from = d.referrer, acts = from.split("/")[2] == l.host ? 1 : 0;
  let busy, page, last;

  const path = () => l.pathname + (hash ? l.hash : "");
  const on = (target, kind, does) => target.addEventListener(kind, does, true);

  // Whether a list such as "/admin/*, /drafts/**" names this page.
  const listed = (list) => list.split(",").some((each) => RegExp("^" + each.trim().replace(/[^\w/*-]/g, "\\$&")
    .replace(/\*+/g, (stars) => stars[1] ? ".*" : "[^/]*") + "/?$").test(path()));

  // An event as it is sent; its age is of this moment, so that neither waiting nor a wrong clock moves it.
  const text = ([event, at]) => JSON.stringify({ ...event, age: now() - at });

  // One after the other, so that they arrive in order. What was not taken is sent again, with the same id.
  const flush = () => {
    if (busy || !queue[0] || n.onLine === false) return;
    busy = queue[0];
    const over = () => {
      queue.shift();
      tries = busy = 0;
      flush();
    };
    fetch(to, { method: "POST", body: text(busy), keepalive: true, credentials: "omit" }).then((answer) => {
      if (answer.status == 429 || answer.status > 499) throw 0;
      if (busy[2]) setTimeout(busy[2]);
      over();
    }).catch(() => {
      if (++tries > 5) return over();
      busy = 0;
      setTimeout(flush, 500 << tries);
    });
  };

  const send = (name, { props, revenue, url, interactive, callback } = {}, wait) => {
    if (off || set.exclude && listed(set.exclude) || set.include && !listed(set.include)) return callback && callback();
    const engaging = interactive !== false;
    acts += engaging;
    last = now();
    if (queue.length < 100) queue.push([{
      id: last.toString(36) + Math.random().toString(36).slice(1),
      name, url: url || (hash ? l.href : l.href.split("#")[0]), domain: site, referrer: from, title: d.title,
      width: innerWidth, hash, props, revenue, engaging
    }, last, callback]);
    wait || flush();
  };

  // again: also if this page was the last one.
  const view = (options, again) => {
    if (page == path() && !again) return;
    page = path();
    send("pageview", options);
    // Where another page of this document leads to, it is what that one came from.
    from = l.href;
  };

  // The event moves the visit's end to the moment at which the page goes out of sight. Before ten seconds it ends no bounce
  // by itself; nor does it begin another visit, after half an hour or on another day.
  const leave = () => {
    if (!since) return;
    const at = now(), quiet = at - last;
    seen += at - since;
    since = 0;
    if (page && quiet > 999 && quiet < 18e5 && (at / 864e5 | 0) == (last / 864e5 | 0))
      send("engagement", { interactive: acts > 1 || seen > 9999 }, 1);
    queue = queue.filter((each) => each == busy || n.onLine === false || !n.sendBeacon(to, text(each)));
    flush();
  };

  const seeing = () => {
    if (d.hidden) return leave();
    since = since || now();
    if (!page && auto) {
      view();
      if ((performance.getEntriesByType("navigation")[0] || {}).responseStatus == 404)
        send("404", { props: { path: page }, interactive: false });
    }
  };

  // Attributes data-windowpane="Signup" data-windowpane-plan="pro": an event with a property.
  const tagged = ({ dataset }) => {
    const props = {};
    for (const key in dataset)
      if (key[10] && !key.indexOf("windowpane")) props[key[10].toLowerCase() + key.slice(11)] = dataset[key];
    const { revenue: amount, currency } = props;
    send(dataset.windowpane, { props, revenue: amount && { amount, currency } });
  };

  const click = ({ target, button }) => {
    if (button > 1 || !target.closest) return;
    const marked = target.closest("[data-windowpane]:not(form)"), link = target.closest("a[href]");
    if (marked) tagged(marked);
    else if (link && /^http/.test(link.protocol)) {
      const name = files.test(link.pathname) ? "File Download" : link.host != l.host && "Outbound Link: Click";
      if (name) send(name, { props: { url: link.origin + link.pathname } });
    }
  };

  const call = (name, options) => name == "pageview" ? view(options, 1) : send(name, options);

  if (!off) {
    if (auto) {
      for (const name of ["pushState", "replaceState"]) {
        const before = history[name];
        history[name] = function () {
          before.apply(this, arguments);
          if (page) view();
        };
      }
      on(w, "popstate", () => page && view());
      on(w, "pageshow", (event) => {
        if (event.persisted) page = 0, seeing();
      });
    }
    on(d, "visibilitychange", seeing);
    on(w, "pagehide", leave);
    on(w, "online", flush);
    on(d, "click", click);
    on(d, "auxclick", click);
    on(d, "submit", ({ target }) => target.matches("[data-windowpane]") && tagged(target));
    // A page that is made before anybody asks for it is hidden until it is shown.
    seeing();
  }

  // What was called before this script was there.
  for (const name of set.domain ? ["windowpane", "plausible"] : ["windowpane"]) {
    const early = (w[name] || {}).q || [];
    w[name] = call;
    for (const each of early) call(...each);
  }
})(window, document, navigator, location, Date.now);
