// <jdma-avis>: the button on somebody else's page. What is needed before a click is here; the rest comes with it.
import { h } from "./dom.js";
import { noter, question, radios } from "./reponses.js";
import { CSS, QUESTIONS, TEXTES } from "./construit.js";

const SCRIPT = document.currentScript || document.querySelector("script[src*=jdma]"); // none when it is imported
export const EPINGLE = SCRIPT?.dataset.questions;
export const SERVICE = (SCRIPT ? new URL(SCRIPT.src) : location).origin;
const MODES = { panneau: 1, lien: 1, integre: 1 };
let averti;

// The address of a form: [all of it, the service's origin, the bouton's key], or nothing.
export const formulaire = (lien) => /^(\w+:..[^/]+)\/avis\/([^/?#]+)\/?([?#]|$)/.exec(lien.href) || [];

// Tried until it works, less and less often, and at once when the network is back.
const insister = (action, attendre, essai = 0) =>
  action(essai).catch(async () => {
    attendre?.(essai);
    await new Promise((ok) => {
      setTimeout(ok, 500 * 2 ** ++essai);
      addEventListener("online", ok);
    });
    return insister(action, attendre, essai);
  });

// The questions, in a file named by its content, beside this script. When that file is not there any more (the service
// was updated under an older jdma.js), today's will do, unless the page pins what it loads: then nothing unchecked may
// run. After the #, the service that they are for, when the script is not from there.
export const charger = (racine, service, attendre) =>
  insister((essai) => {
    let href = `./questions.${EPINGLE || !essai ? QUESTIONS : ""}js?` + essai;
    if (service != SERVICE) href += "#" + service;
    if (SCRIPT) href = new URL(href, SCRIPT.src).href;
    if (EPINGLE) racine.append(h("link", { rel: "modulepreload", href, integrity: EPINGLE, crossorigin: "" }));
    return import(href);
  }, attendre);

const courte = (langue) => langue?.split(/[-_]/)[0].toLowerCase();

// Without what a page may have added to the prototypes (`toJSON`, of the older Prototype).
const json = (valeur) =>
  JSON.stringify(valeur, function (cle) {
    return this[cle];
  });

// A page without TLS has no randomUUID, and an odd one no crypto; a blob's address ends with one.
const uuid = () => URL.createObjectURL(new Blob()).slice(-36);

// Where sheets cannot be shared, or no more, the style is an element.
function styler(racine, css) {
  try {
    const style = new CSSStyleSheet();
    style.replaceSync(css);
    racine.adoptedStyleSheets = [...racine.adoptedStyleSheets, style];
  } catch {
    racine.append(h("style", 0, css));
  }
  return racine;
}

// A wrong value is told once, and gives the usual one.
function choisir(nom, connues, usuelle, valeur) {
  if (connues[valeur]) return valeur;
  if (valeur) averti ||= !console.warn(`jdma ${nom}="${valeur}" ?`);
  return usuelle;
}

export class JdmaAvis extends HTMLElement {
  static observedAttributes = ["bouton", "apercu", "mode", "variante", "theme", "position", "langue"];

  #hote;
  #racine = styler(this.attachShadow({ mode: "open" }), CSS);

  connectedCallback() {
    if (!this.#hote) this.#dessiner();
    addEventListener("visibilitychange", this);
  }

  disconnectedCallback() {
    this.handleEvent();
    removeEventListener("visibilitychange", this);
  }

  // The page is hidden, perhaps for good, or the element goes: what was said leaves.
  handleEvent() {
    this.#hote.quitter();
  }

  // Once somebody has begun, only the look follows, unless it is another bouton's turn.
  attributeChangedCallback(nom, avant, valeur) {
    if (!this.#hote || avant == valeur) return;
    if (nom == "bouton" || !this.#hote.charge) this.#dessiner(this.handleEvent());
    else this.habiller();
  }

  // The look. Unless a theme is imposed, it is the page's: light text stands on something dark.
  habiller() {
    if (this.lien && this.lien != this.previousSibling) return this.remove(); // its link has gone
    const [theme, ...classes] = ["theme", "variante", "position"].map((nom) => this.getAttribute(nom));
    if (theme == "sombre" || (theme != "clair" && /, (1[5-9]|2.)\d,/.test(getComputedStyle(this).color))) classes.push("sombre");
    this.#hote.corps.className = `jdma ${this.#hote.mode} ` + classes.join(" ");
  }

  #dessiner() {
    this.#hote?.corps.remove();
    const racine = this.#racine;
    const source = this.lien || this.querySelector("a") || this;
    const service = formulaire(source)[1] || SERVICE;
    const api = service + "/api/v1/avis";
    const cle = this.getAttribute("bouton");
    const demandee = this.getAttribute("langue");
    const page = (source.closest("[lang]") || document.documentElement).lang;
    const mode = choisir("mode", MODES, "panneau", this.getAttribute("mode"));
    const langue = choisir("langue", TEXTES, TEXTES[courte(page)] ? courte(page) : "fr", courte(demandee));
    const [libelle, attente, dir = "ltr"] = TEXTES[langue];
    // The host page's shortcuts must not fire while somebody types here, nor keep Enter and spaces from doing so.
    const taire = (e) => {
      const texte = { " ": " ", Enter: "\n" }[e.key];
      e.stopPropagation();
      if (texte && e.defaultPrevented && !e.repeat && e.type != "keyup")
        document.execCommand("insertText", 0, texte) || e.target.click();
    };
    const statut = h("p", { role: "status" });
    const corps = h("div", { lang: langue, dir, keydown: taire, keyup: taire, keypress: taire }, statut);
    // The label is the link's own, pictures included, in its own language; else what the service calls it.
    const dit = source.textContent.trim() || source.querySelector("img");
    const bouton = (nom, attributs) =>
      h(
        nom,
        { class: "bouton", title: source.title, lang: dit && (source.lang || demandee || page), dir: "auto", ...attributs },
        dit ? [...source.cloneNode(true).childNodes] : libelle,
      );
    // The plain link; after two failures it stands there in any mode.
    const secours = bouton("a", { href: `${service}/avis/${cle}?langue=${langue}`, target: source.target });
    const attendre = (essai) => {
      statut.textContent ||= attente;
      if (essai) statut.after(secours);
      if (!hote.jeton) hote.quitter();
    };
    const demander = (url, options) =>
      fetch(url, options).then((reponse) => (reponse.ok ? reponse.json() : Promise.reject()));
    // Kept for the next visit until it is acknowledged.
    const garder = (...avis) => {
      try {
        const coffre = "jdma " + service;
        avis.push(...JSON.parse(localStorage[coffre] || "[]").filter((autre) => autre.d.id != hote.d.id));
        if (avis[0]) localStorage[coffre] = json(avis);
        else delete localStorage[coffre];
      } catch {
        // Blocked or full.
      }
    };
    // What the first clicks say leaves at once, however long the questions' file is to come; from then on, it sees to it.
    const deposer = async () => {
      const { note, jeton } = hote;
      if (!hote.sure || (jeton && note == hote.dit) || this.hasAttribute("apercu")) return;
      const d = (hote.d ||= { id: uuid(), bouton: cle, note, langue });
      if (!jeton) garder({ d, t: Date.now() });
      try {
        const recu = await demander(api + (jeton ? "/" + d.id : ""), {
          method: jeton ? "PATCH" : "POST",
          headers: jeton && { Authorization: "Bearer " + jeton },
          body: json(jeton ? { note, ordre: Date.now() } : d),
          keepalive: true,
        });
        hote.jeton = recu.jeton;
        hote.dit = jeton ? note : d.note;
        if (hote.quitter != quitter || !recu.jeton) return;
        garder();
        quitter();
        const { T } = await hote.charge;
        statut.textContent = (T.etats || T).envoye;
      } catch {
        navigator.sendBeacon(api, json(d));
      }
    };
    const quitter = () => (hote.depot = Promise.resolve(hote.depot).then(deposer));
    const hote = (this.#hote = {
      cle, mode, langue, racine, corps, service, statut, h, noter, question, radios, styler, uuid, quitter,
      fiche: (suite) => insister(() => demander(`${service}/widget/v1/boutons/${cle}?langue=${langue + suite}`), attendre),
    });
    // A first answer, or a click on the button: from here on, the questions' own file leads.
    const ouvrir = async (note = hote.note, sure) => {
      hote.note = note;
      hote.sure ||= sure;
      hote.quitter();
      if (hote.charge) return hote.suivre?.();
      hote.charge = hote.fiche("&mots=" + mode); // on its way at the same time as the file
      const questions = await charger(racine, service, attendre);
      secours.remove();
      questions.default(hote);
    };
    racine.prepend(corps);
    this.habiller();
    corps.prepend(mode == "panneau" ? bouton("button", { click: () => ouvrir() }) : secours);
    if (mode == "integre")
      hote.fiche("").then((vue) => {
        hote.vue = vue;
        secours.replaceWith(vue[1] ? noter(vue, null, ouvrir) : vue[0]);
        statut.textContent = "";
      });
  }
}
