// The script that host pages load: defines the element, turns links into it, sends what a former visit could not.
import { h } from "./dom.js";
import { COFFRE, JdmaAvis, SCRIPT, charger } from "./element.js";

// Only what is documented is taken over: any other `data-` is the page's own business.
function remplacer(lien) {
  const { dataset } = lien;
  const element = h("jdma-avis", { bouton: lien.href.split(/[/?#]/)[4], target: lien.getAttribute("target") });
  for (const nom of JdmaAvis.observedAttributes) if (nom in dataset) element.setAttribute(nom, dataset[nom]);
  element.append(lien.textContent); // its words are the button's
  if (element.getAttribute("bouton")) lien.replaceWith(element);
}

const remplacerTout = () => document.querySelectorAll("a.jdma").forEach(remplacer);

// A second copy of the script has nothing to do.
if (SCRIPT && !customElements.get("jdma-avis")) {
  customElements.define("jdma-avis", JdmaAvis);
  remplacerTout();
  addEventListener("DOMContentLoaded", remplacerTout); // the script may stand before the link
  try {
    // Pinned, nothing may be loaded but by an element, which checks it.
    const racine = document.querySelector("jdma-avis")?.shadowRoot;
    if ((racine || !SCRIPT.dataset.questions) && localStorage[COFFRE]) charger(racine);
  } catch {
    // Storage is blocked: nothing can be left from before.
  }
}
