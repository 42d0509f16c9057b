// <jdma-avis>: the button on somebody else's page. What is needed before a click is here; the rest comes with it.
import { h } from "./dom.js";
import { noter, question, radios } from "./reponses.js";
import { CSS, QUESTIONS, TEXTES } from "./construit.js";

export const SCRIPT = document.currentScript || document.querySelector("script[src*=jdma]");
const SERVICE = SCRIPT && new URL(SCRIPT.src).origin;
export const COFFRE = "jdma " + SERVICE;
const OPTIONS = {
  mode: ["panneau", "lien", "integre"],
  variante: ["plein", "contour", "discret"],
  theme: ["clair", "sombre", "auto"],
  position: ["page", "bas-droite", "bas-gauche"],
  langue: Object.keys(TEXTES),
};
let averti;

// Tried until it works, less and less often, and at once when the network is back.
const insister = (action, attendre, essai = 0) =>
  action(essai).catch(async () => {
    attendre?.();
    await new Promise((ok) => {
      setTimeout(ok, 500 * 2 ** ++essai);
      addEventListener("online", ok);
    });
    return insister(action, attendre, essai);
  });

// The questions, in a file named by its content. When that file is not there any more (the service was updated under
// an older jdma.js), today's will do, unless the page pins what it loads: then nothing unchecked may run.
export const charger = (racine, attendre) =>
  insister((essai) => {
    const { questions: integrity } = SCRIPT.dataset;
    const href = `${SERVICE}/widget/v1/questions.${integrity || !essai ? QUESTIONS : ""}js?` + essai;
    if (integrity) racine.append(h("link", { rel: "modulepreload", href, integrity, crossorigin: "" }));
    return import(href);
  }, attendre);

const courte = (langue) => langue?.split("-")[0].toLowerCase();

// A page without TLS has no randomUUID, and an old one no crypto at all; a blob's address ends with one.
const uuid = () => URL.createObjectURL(new Blob()).slice(-36);

// Given again rather than added to: older browsers freeze the list.
function styler(racine, css) {
  const style = new CSSStyleSheet();
  style.replaceSync(css);
  racine.adoptedStyleSheets = [...racine.adoptedStyleSheets, style];
}

export class JdmaAvis extends HTMLElement {
  static observedAttributes = ["bouton", "apercu", ...Object.keys(OPTIONS)];

  #hote;
  #racine = this.attachShadow({ mode: "open" });

  connectedCallback() {
    if (!this.#racine.firstChild) this.#dessiner();
    addEventListener("visibilitychange", this);
  }

  disconnectedCallback() {
    this.handleEvent();
    removeEventListener("visibilitychange", this);
  }

  // The page is hidden, perhaps for good, or the element goes: what was said leaves.
  handleEvent() {
    this.#hote?.quitter();
  }

  // Once somebody has begun, only the look follows, unless it is another bouton's turn.
  attributeChangedCallback(nom, avant, valeur) {
    const corps = this.#racine.firstChild;
    if (!corps || avant == valeur) return;
    if (nom == "bouton" || !this.#hote?.charge) {
      this.handleEvent();
      this.#dessiner();
    } else corps.className = this.#classe(this.#hote.mode);
  }

  #option(nom, valeur = this.getAttribute(nom), defaut = OPTIONS[nom][0]) {
    if (OPTIONS[nom].includes(valeur)) return valeur;
    if (valeur && !averti) console.warn(`jdma ${nom}="${valeur}" ?`, (averti = OPTIONS[nom]));
    return defaut;
  }

  #classe(mode) {
    return `jdma ${mode} ${this.#option("variante")} ${this.#option("theme")} ` + this.#option("position");
  }

  #dessiner() {
    const cle = this.getAttribute("bouton");
    const page = courte((this.closest("[lang]") || document.documentElement).lang);
    const langue = this.#option("langue", courte(this.getAttribute("langue")), TEXTES[page] && page);
    const [libelle, attente, dir = "ltr"] = TEXTES[langue];
    const mode = this.#option("mode");
    // The host page's shortcuts must not fire while somebody types here.
    const taire = (e) => e.stopPropagation();
    const texte = this.textContent.trim() || libelle;
    const statut = h("p", { role: "status" });
    const corps = h(
      "div",
      { class: this.#classe(mode), lang: langue, dir, keydown: taire, keyup: taire, keypress: taire },
      statut,
    );
    const racine = this.#racine;
    const attendre = () => (statut.textContent = attente);
    racine.adoptedStyleSheets = [];
    racine.replaceChildren(corps);
    styler(racine, CSS);
    if (!cle) return;
    const hote = (this.#hote = {
      cle, mode, langue, racine, statut, h, noter, question, radios, styler, uuid,
      fiche: (suite) =>
        insister(
          () =>
            fetch(`${SERVICE}/widget/v1/boutons/${cle}?langue=${langue + suite}`).then((reponse) =>
              reponse.ok ? reponse.json() : Promise.reject(),
            ),
          attendre,
        ),
      // Leaving before the questions' file is there: what was clicked leaves too, now or at the next visit.
      quitter: () => {
        if (!hote.sure || hote.parti || this.hasAttribute("apercu")) return;
        try {
          hote.d ||= { id: uuid(), bouton: cle, note: hote.note, langue };
          hote.parti = navigator.sendBeacon(SERVICE + "/api/v1/avis", JSON.stringify(hote.d)); // else next time
          const gardes = JSON.parse(localStorage[COFFRE] || "[]");
          localStorage[COFFRE] = JSON.stringify([...gardes, { d: hote.d, t: Date.now() }]);
        } catch {
          // Storage may be blocked.
        }
      },
    });
    // A first answer, or a click on the button: from here on, the questions' own file leads.
    const ouvrir = async (note, sure) => {
      hote.note = note ?? hote.note;
      hote.sure ||= sure;
      if (hote.charge) return hote.suivre?.();
      hote.charge = hote.fiche("&mots=" + mode); // on its way at the same time as the file
      (await charger(racine, attendre)).default(hote);
    };
    if (mode == "lien") corps.prepend(h("a", { class: "bouton", href: `${SERVICE}/avis/${cle}?langue=${langue}`, target: this.getAttribute("target") }, texte));
    else if (mode == "integre") {
      hote.fiche("").then((vue) => {
        hote.vue = vue;
        statut.textContent = "";
        corps.prepend(vue[1] ? noter(vue, null, ouvrir) : vue[0]);
      });
    } else {
      corps.prepend(h("button", { class: "bouton", "aria-haspopup": "dialog", click: () => ouvrir() }, texte));
    }
  }
}
