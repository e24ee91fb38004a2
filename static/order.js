/* order.js: keeps the page of a waiting order fresh; without script it reloads itself.
 * SPDX-License-Identifier: ISC */
"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const say = (words) => { find("live").textContent = words; };
  const quick = 4000;
  let main = find("main"), delay = quick, busy, timer, tick, ends;

  /* Zero is not a failure. */
  const draw = () => {
    const clock = find("clock"), left = Math.ceil((ends - Date.now()) / 1000);
    const [h, m, s] = [left / 3600, left / 60 % 60, left % 60].map(Math.floor);
    const two = (n) => String(n).padStart(2, "0");
    if (clock && left > 0) {
      clock.textContent = (h ? h + ":" + two(m) : m) + ":" + two(s);
      return;
    }
    clearInterval(tick);
    if (clock) {
      clock.closest("p").textContent = clock.dataset.up;
      look();
    }
  };

  const count = (seconds) => {
    ends = Date.now() + seconds * 1000;
    clearInterval(tick);
    tick = setInterval(draw, 1000);
  };

  /* Hidden without script. */
  const offer = (id, act) => {
    const button = find(id);
    if (button) {
      button.hidden = false;
      button.onclick = () => act(button.dataset, button);
    }
    return button;
  };

  const copy = async ({ link, done }, button) => {
    await navigator.clipboard.writeText(link);
    say(button.textContent = done);
  };

  const prepare = () => {
    offer("print", () => print());
    if (navigator.clipboard && offer("copy", copy))
      find("show").hidden = true;
    if (find("clock"))
      count(find("clock").dataset.seconds);
  };

  /* The new <main> takes our place; keyboard and listener follow. */
  const renew = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("main"), held = document.activeElement;
    const inside = main.contains(held);
    if (!fresh.dataset.version)
      throw 0;
    main.replaceWith(fresh);
    main = fresh;
    main.classList.add("fresh");
    document.title = page.title;
    prepare();
    if (inside)
      (held.id && find(held.id) || find("headline")).focus();
    say(["headline", "meter"].map((id) => find(id)?.textContent).join(" "));
  };

  const look = async () => {
    clearTimeout(timer);
    if (busy || document.hidden || !main.dataset.waiting)
      return;
    busy = true;
    try {
      const answer = await fetch(main.dataset.status, { cache: "no-store" });
      const now = answer.ok && await answer.json();
      if (!now)
        throw 0;
      if (now.version !== main.dataset.version)
        await renew();
      else if (now.seconds)
        count(now.seconds);
      delay = quick;
    } catch {
      delay = Math.min(delay * 2, 30000);
    }
    busy = false;
    find("offline").hidden = delay < 4 * quick;
    timer = setTimeout(look, delay);
  };

  document.addEventListener("visibilitychange", () => { delay = quick; look(); });
  prepare();
  timer = setTimeout(look, delay);
})();
