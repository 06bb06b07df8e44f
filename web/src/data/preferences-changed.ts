import { createContext } from 'preact';

/** To be called when a preference has changed: every word and time is then written anew. */
export const PreferencesChanged = createContext<() => void>(() => {});
