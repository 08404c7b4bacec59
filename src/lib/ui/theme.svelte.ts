/** The theme: the system's, or one that the person chose; remembered in this browser. */

export const themes = ['system', 'light', 'dark', 'dim'] as const;
export type Theme = (typeof themes)[number];

const KEY = 'conclave-theme';

function remembered(): Theme {
  const value = localStorage.getItem(KEY);
  return themes.find((theme) => theme === value) ?? 'system';
}

let current = $state<Theme>(remembered());

export const theme = {
  get current(): Theme {
    return current;
  },
  /** Choose a theme and remember it. */
  set current(chosen: Theme) {
    current = chosen;
    localStorage.setItem(KEY, chosen);
    show();
  },
};

/** Put the theme on the page. */
function show(): void {
  if (current === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = current;
}

show();
