// The script that host pages load: defines the element, puts it beside links, sends what a former visit could not.
import { h } from "./dom.js";
import { EPINGLE, JdmaAvis, SERVICE, charger, formulaire } from "./element.js";

const NOM = "jdma-avis";
let prevu;

// The link stays in its place, for the application that put it there, and is hidden as long as the button is beside it.
// Only those of this service are taken; when the site itself serves the script, the link alone tells which one it is.
function prendre(lien) {
  const [, origine, cle] = formulaire(lien);
  const suivant = lien.nextSibling;
  if (![origine, location.origin].includes(SERVICE) || !cle) return;
  if (suivant?.lien == lien || (suivant?.localName == NOM && lien.style.display)) return; // there already, or in a copy
  const element = h(NOM, 0, ...lien.cloneNode(true).childNodes);
  // Only what is documented is taken over: any other `data-` is the page's own business.
  for (const nom of JdmaAvis.observedAttributes) if (nom in lien.dataset) element.setAttribute(nom, lien.dataset[nom]);
  element.setAttribute("bouton", cle);
  element.lien = lien;
  lien.after(element);
  lien.style.cssText += ";display:none!important";
}

function parcourir() {
  prevu = 0;
  document.querySelectorAll("a.jdma").forEach(prendre);
  document.querySelectorAll(NOM).forEach((element) => element.habiller());
}

// A second copy of the script has nothing to do.
if (!customElements.get(NOM)) {
  customElements.define(NOM, JdmaAvis);
  parcourir();
  // Links come and go with applications, and the theme with what a person chooses: seen before the next image.
  new MutationObserver(() => (prevu ||= requestAnimationFrame(parcourir))).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["class", "data-fr-theme"],
  });
  try {
    // Pinned, nothing may be loaded but by an element, which checks it.
    const racine = document.querySelector(NOM)?.shadowRoot;
    if ((racine || !EPINGLE) && localStorage["jdma " + SERVICE]) charger(racine, SERVICE);
  } catch {
    // Storage is blocked: nothing can be left from before.
  }
}
