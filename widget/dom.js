// Building elements without markup: nothing here is a Trusted Types sink, and nothing needs `unsafe-inline`.

export function h(nom, attributs, ...enfants) {
  const espace = /svg|path|circle/.test(nom) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const element = document.createElementNS(espace, nom);
  for (const cle in attributs) {
    const valeur = attributs[cle];
    if (typeof valeur == "function") element.addEventListener(cle, valeur);
    else if (valeur != null && valeur !== false) element.setAttribute(cle, valeur);
  }
  element.append(...enfants.flat().filter((enfant) => enfant != null && enfant !== false));
  return element;
}
