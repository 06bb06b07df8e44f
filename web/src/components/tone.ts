/** How a statement is meant. Always beside words and an icon, never by colour alone. */
export type Tone = 'good' | 'info' | 'warning' | 'danger' | 'quiet';
