// The script that host pages load: defines the element, and puts it beside links.
import { h } from "./dom.js";
import { JdmaAvis, SERVICE, copier, formulaire } from "./element.js";

const NOM = "jdma-avis";
let prevu;

// The link stays in its place, for the application that put it there, and is hidden as long as the button is beside it.
// Only those of this service are taken; when the site itself serves the script, the link alone tells which one it is.
// One that the page changes, or that is in a copy of the page, is taken again; one that it hides has no button.
function prendre(lien) {
  const cle = formulaire(lien);
  const { style, nextSibling } = lien;
  if (nextSibling?.vu?.isEqualNode(lien)) return;
  if (style.display && nextSibling?.habiller) nextSibling.remove();
  if (/!/.test(style.cssText)) style.display = "";
  if (!lien.getClientRects()[0] || !cle || ![lien.origin, location.origin].includes(SERVICE)) return;
  const element = h(NOM, 0, copier(lien));
  // Only what is documented is taken over: any other `data-` is the page's own business.
  for (const nom of JdmaAvis.observedAttributes) if (nom in lien.dataset) element.setAttribute(nom, lien.dataset[nom]);
  element.setAttribute("bouton", cle);
  element.lien = lien;
  lien.after(element);
  style.cssText += ";display:none!important";
  element.vu = lien.cloneNode(true);
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
    attributes: true,
  });
}
