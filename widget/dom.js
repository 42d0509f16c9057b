// Building elements without markup: nothing here is a Trusted Types sink, and nothing needs `unsafe-inline`.

export function h(nom, attributs, ...enfants) {
  const element = document.createElement(nom);
  // Own properties only: a page may have added some to every object.
  for (const [cle, valeur] of Object.entries(attributs || 0)) {
    if (valeur?.call) element.addEventListener(cle, valeur);
    else if (valeur) element.setAttribute(cle, valeur);
  }
  element.append(...enfants.flat().filter((enfant) => enfant));
  return element;
}
