// The questions after the first one, and the thanks; loaded once somebody has begun to answer.
import { deposer, reprendre } from "./envoi.js";
import { complement, etapes } from "./etapes.js";
import { CSS } from "./construit.js";

const MERCI = 4;

function parcours(hote, cadre, fiche, emettre) {
  const { h, statut } = hote;
  const { T } = fiche;
  const r = { aide: new Set(), contacts: {}, autre: "", commentaire: "" };
  const pas = etapes(hote, fiche, r, avancer, (n) => montrer(n, (modifie = 1)));
  let etape = 0;
  let avis;
  let modifie;
  let remis;
  let montree = 0;

  const trop = () => [...r.commentaire].length > 15000;

  // What the arrows only went over has not been said.
  function envoyer() {
    if (!hote.sure) return;
    if (!avis) {
      const d = hote.d || { id: hote.uuid(), bouton: hote.cle, note: hote.note, langue: hote.langue };
      avis = hote.racine.host.hasAttribute("apercu") ? { d, completer() {} } : deposer(d, dire, () => emettre("depose"));
      remis = JSON.stringify({ note: d.note });
    }
    const suite = complement(hote.note, r, avis.c);
    const corps = JSON.stringify(suite);
    if (corps == remis) return;
    remis = corps;
    avis.completer(suite);
  }

  function dire(etat) {
    statut.textContent = T[etat];
    if (etat != "refus") return;
    emettre("erreur", { code: avis.refus });
    if (/^(bouton|origine)_/.test(avis.refus)) cadre.remove((statut.textContent = T.clos));
  }

  function avancer() {
    const premiere = cadre.querySelector("input");
    // Not required before: it would be announced as wrong from the start.
    if (hote.note == null) return premiere.reportValidity((premiere.required = 1));
    hote.sure = 1;
    if (trop()) return (statut.textContent = T.trop);
    envoyer();
    if (etape == 3 && !modifie) emettre("complete");
    montrer(modifie ? MERCI : etape + 1);
  }

  function montrer(n) {
    etape = n;
    montree = performance.now();
    const contenu = pas[n]();
    const titre = contenu.querySelector("h2");
    const submit = (e) => {
      e.preventDefault();
      avancer();
    };
    const retour = n > 0 && h("button", { type: "button", class: "retour", click: () => montrer(n - 1) }, T.retour);
    const suite = h("button", { class: "bouton" }, n == 3 || modifie ? T.terminer : T.continuer);
    if (n < MERCI) titre.prepend(h("small", 0, T.etape.replace("{n}", n + 1)));
    else modifie = 0;
    const essai = fiche.essai && h("p", { class: "essai" }, T.essai);
    const actions = n < MERCI && h("div", { class: "actions" }, retour, suite);
    cadre.textContent = "";
    cadre.append(h("form", { submit }, essai, contenu, actions));
    titre.focus();
  }

  // The second half of a double click must not answer the question that has just come.
  const click = (e) => {
    if (e.detail > 1 && performance.now() - montree < 600) e.preventDefault(e.stopPropagation());
  };
  cadre.addEventListener("click", click, true);
  // A comment leaves as soon as one looks elsewhere: a browser may cut short what a page does when it goes away.
  cadre.addEventListener("change", (e) => e.target.localName == "textarea" && (trop() || envoyer()));
  hote.quitter = envoyer;
  if (hote.sure) envoyer();
  montrer(hote.sure ? 1 : 0);
  cadre.querySelector(":checked")?.focus();
}

// The panel over the page: modal, closed by Escape, and the focus goes back to the button; the browser sees to that.
function panneau(hote, emettre) {
  const { h, racine, statut } = hote;
  const corps = racine.firstChild;
  const cadre = h("div");
  const fermer = h("button", { type: "button", class: "retour", "aria-label": "", click: () => dialogue.close() }, "✕");
  const close = () => {
    hote.quitter();
    emettre("ferme");
  };
  const titre = corps.firstChild.textContent;
  const dialogue = h("dialog", { "aria-label": titre, close }, h("p", 0, titre, fermer), cadre, statut);
  corps.append(dialogue);
  hote.suivre = () => {
    if (!corps.isConnected) return; // taken out of the page before the questions were there
    dialogue.open = 0; // it may have been taken out since, and put back
    dialogue.showModal();
    emettre("ouvert");
  };
  hote.suivre();
  return [cadre, fermer];
}

reprendre();

export default async function questions(hote) {
  const { h, racine, statut } = hote;
  if (!racine.contains(statut)) return; // this is another bouton's element by now
  const emettre = (nom, detail) =>
    racine.host.dispatchEvent(
      new CustomEvent("jdma:" + nom, { bubbles: true, composed: true, detail: { bouton: hote.cle, ...detail } }),
    );
  hote.styler(racine, CSS);
  // Enter held down must neither run through the questions nor close what it has just opened.
  racine.addEventListener("keydown", (e) => {
    if (e.repeat && e.key == "Enter" && e.target.localName != "textarea") e.preventDefault();
  }, true);
  const [cadre, fermer] = hote.mode == "panneau" ? panneau(hote, emettre) : [h("div")];
  const fiche = { vue: hote.vue, ...(await hote.charge) };
  const { T, vue } = fiche;
  fermer?.setAttribute("aria-label", T.fermer);
  statut.textContent = "";
  if (!fermer) {
    racine.firstChild.textContent = "";
    racine.firstChild.append(cadre, statut);
  }
  if (vue[1]) parcours(hote, cadre, fiche, emettre);
  else cadre.remove((statut.textContent = vue));
}
