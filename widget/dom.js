// Building elements without markup: nothing here is a Trusted Types sink, and nothing needs `unsafe-inline`.

export function h(nom, attributs, ...enfants) {
  const element = /svg|path/.test(nom)
    ? document.createElementNS("http://www.w3.org/2000/svg", nom)
    : document.createElement(nom);
  for (const cle in attributs) {
    const valeur = attributs[cle];
    if (typeof valeur == "function") element.addEventListener(cle, valeur);
    else if (valeur || valeur === "") element.setAttribute(cle, valeur);
  }
  element.append(...enfants.flat().filter(Boolean));
  return element;
}
