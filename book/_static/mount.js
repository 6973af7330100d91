// The host of the stored interactives. Each stands in the page as
//
//   <div class="vl-stored" data-vl-key="NAME.HASH">
//     its static face
//     <script type="application/json">{"state": {...}, "buffers": [...]}</script>
//   </div>
//
// and comes alive as it nears the screen. The scripts lie beside this one, in `interactives`; each
// is loaded once a page, by a <script>, because a page opened from disk may not fetch.
(() => {
  const here = document.currentScript;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const loading = new Map();
  window.vlStored = {};
  document.documentElement.classList.add("vl-awake");

  /** Load the script and the style sheet of an interactive, once; returns its module. */
  function load(key) {
    if (!loading.has(key)) loading.set(key, bring(key));
    return loading.get(key);
  }

  async function bring(key) {
    if (!window.vlStored[key]) {
      await new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = new URL(`interactives/${key}.js`, here.src).href;
        script.onload = done;
        script.onerror = () => failed(new Error(`${script.src} did not load`));
        document.head.append(script);
      });
    }
    const { esm, css } = window.vlStored[key];
    const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const module = await import(address).finally(() => URL.revokeObjectURL(address));
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    return typeof module.default === "function" ? module.default() : module.default;
  }

  /** Put the stored buffers back where they were: at the end of each path a DataView. */
  function restore({ state, buffers = [] }) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      let place = state;
      for (const step of path.slice(0, -1)) place = place[step];
      place[path.at(-1)] = new DataView(bytes.buffer);
    }
    return state;
  }

  /** The model of an interactive that no kernel answers: what it sets, it can read again. */
  function modelOf(state) {
    const heard = new Map();
    const tell = (name) => [...(heard.get(name) ?? [])].forEach((listener) => listener());
    return {
      get: (name) => state[name],
      set(name, value) {
        if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
        state[name] = value;
        tell(`change:${name}`);
        tell("change");
      },
      on(names, listener) {
        for (const name of names.split(" ")) {
          heard.set(name, (heard.get(name) ?? new Set()).add(listener));
        }
      },
      off(names, listener) {
        if (!names) heard.clear();
        for (const name of names?.split(" ") ?? []) {
          if (listener) heard.get(name)?.delete(listener);
          else heard.delete(name);
        }
      },
      save_changes() {},
      send() {},
    };
  }

  /** Bring one to life; where that fails, its face stays and a sentence says so. */
  async function mount(view) {
    const el = document.createElement("div");
    try {
      const model = modelOf(restore(JSON.parse(view.querySelector("script").textContent)));
      const interactive = await load(view.dataset.vlKey);
      el.className = "vl-host";
      view.append(el);
      await interactive.initialize?.({ model });
      await interactive.render({ model, el });
      view.dataset.vlMounted = "";
      if ("vlPlays" in view.dataset && !still.matches) {
        el.querySelector("[data-vl=play]")?.click();
      }
    } catch (error) {
      console.error(error);
      el.className = "vl-failed";
      el.setAttribute("role", "status");
      el.replaceChildren(here.dataset.vlFailed);
      view.append(el);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const near = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        mount(target);
      }
    }, { rootMargin: "600px" });
    document.querySelectorAll(".vl-stored").forEach((view) => near.observe(view));
  });
})();
