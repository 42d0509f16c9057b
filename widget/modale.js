// What pages of the national service load for its floating button, at the same address and with the same attributes.
// A link to the form stands at once, and works whatever the page forbids; this service's own button takes its place
// when it can: its key is known, so the page lets it speak with the service, and its script has come.
import { h } from "./dom.js";

const script = document.currentScript || document.querySelector("script[data-jdma-form-url]");
const SERVICE = script && new URL(script.src).origin;
const NOTRES = /^\/(Demarches|avis|static|assets|monavis-static)\//;
const { jdmaFormUrl, jdmaButtonImage, jdmaButtonLabel, jdmaPosition, jdmaAnchor } = script ? script.dataset : {};
const libelle = jdmaButtonLabel || "Je donne mon avis";
const gauche = jdmaPosition == "bottom-left";

// The address on this service, also when only the script's own host was changed in the page; never `javascript:`.
function ici(adresse) {
  try {
    const url = new URL(adresse, SERVICE);
    if (NOTRES.test(url.pathname)) return SERVICE + url.pathname + url.search;
    return /^https?:$/.test(url.protocol) && url.href;
  } catch {
    return "";
  }
}

function lien(href) {
  const a = h("a", { href, target: "_blank", rel: "noopener", title: libelle + " - nouvelle fenêtre" });
  const style = { position: "fixed", bottom: "24px", [gauche ? "left" : "right"]: "24px", zIndex: 1700 };
  const mots = () => {
    a.textContent = libelle;
    Object.assign(a.style, { background: "#000091", color: "#fff", padding: "12px 24px", fontFamily: "sans-serif" });
  };
  const image = jdmaButtonImage && ici(jdmaButtonImage);
  if (image) a.append(h("img", { src: image, alt: libelle, error: mots }));
  else mots();
  Object.assign(a.style, style);
  return a;
}

const defini = () =>
  customElements.get("jdma-avis") ||
  new Promise((load, error) => {
    const jdma = h("script", { src: SERVICE + "/widget/v1/jdma.js", load, error });
    jdma.nonce = script.nonce;
    document.head.append(jdma);
  });

async function bouton(a, href) {
  const { pathname, search } = new URL(href);
  const reponse = await fetch(SERVICE + "/static/jdma-bouton.json?adresse=" + encodeURIComponent(pathname + search));
  const { cle } = await reponse.json();
  if (!cle || !(await defini()) || !customElements.get("jdma-avis") || document.activeElement == a) return;
  const image = jdmaButtonImage || "";
  const element = h(
    "jdma-avis",
    {
      bouton: cle,
      position: gauche ? "bas-gauche" : "bas-droite",
      variante: /ghost/.test(image) ? "discret" : /outline|blanc/.test(image) ? "contour" : "plein",
      theme: /dark|sombre/.test(image) ? "sombre" : "",
    },
    libelle,
  );
  a.replaceWith(element);
}

function poser() {
  const href = ici(jdmaFormUrl);
  if (!href) return;
  const a = lien(href);
  let place;
  try {
    place = jdmaAnchor && document.querySelector(jdmaAnchor);
  } catch {
    // Not a selector: as if there were none.
  }
  (place || document.body).append(a);
  if (href.startsWith(SERVICE + "/Demarches/")) bouton(a, href).catch(() => {}); // the link stays
}

if (!jdmaFormUrl) console.warn("jdma : data-jdma-form-url manque");
else if (document.body) poser();
else addEventListener("DOMContentLoaded", poser);
