// Which language the page speaks, and what it says in it.

import { chinese } from './chinese.js';
import { english } from './english.js';

const LANGUAGES = { en: english, zh: chinese };
const CODES = { en: 'en', zh: 'zh-Hans' };
const KEPT = 'mnist_compare.language';
let language = 'en';

export const words = () => LANGUAGES[language];

// The language that was chosen: in the address, or on an earlier visit; else the browser's.
export function chooseLanguage() {
  const asked = location.hash.slice(1);
  let kept = null;
  try { kept = localStorage.getItem(KEPT); } catch { /* it may be forbidden */ }
  setLanguage([asked, kept].find(one => one in LANGUAGES) ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'));
}

export function setLanguage(name) {
  language = name;
  document.documentElement.lang = CODES[name];
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === name));
  }
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = words()[element.dataset.say];
}

// Let somebody choose another one; `changed` is called after that.
export function offerLanguages(changed) {
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => {
      setLanguage(button.dataset.language);
      try { localStorage.setItem(KEPT, language); } catch { /* it may be forbidden */ }
      history.replaceState(null, '', `#${language}`);
      changed();
    });
  }
}
