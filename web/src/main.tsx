import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme, storedTheme } from './theme.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/components.css';

applyTheme(storedTheme());
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
