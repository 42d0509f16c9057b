// The script that host pages load: defines the element, turns links into it, sends what a former visit could not.
import { h } from "./dom.js";
import { COFFRE, JdmaAvis, SCRIPT, charger } from "./element.js";

function remplacer(lien) {
  const { bouton = lien.href.split(/[/?#]/)[4], ...options } = lien.dataset;
  const element = h("jdma-avis", { bouton, ...options });
  element.append(lien.cloneNode(true)); // its words are the button's
  lien.replaceWith(element);
}

// A second copy of the script has nothing to do.
if (SCRIPT && !customElements.get("jdma-avis")) {
  customElements.define("jdma-avis", JdmaAvis);
  document.querySelectorAll("a.jdma").forEach(remplacer);
  try {
    if (localStorage.getItem(COFFRE)) charger();
  } catch {
    // Storage is blocked: nothing can be left from before.
  }
}
