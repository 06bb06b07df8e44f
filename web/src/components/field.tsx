import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { t } from '../messages/t.ts';

/** What every field has: a label, help below, and the error tied to it for who cannot see them together. */
function Shell(props: {
  id: string;
  label: string;
  help?: ComponentChildren;
  error?: string | undefined;
  required?: boolean;
  children: ComponentChildren;
}) {
  const { id, label, help, error, required = false, children } = props;
  return (
    <div class="field">
      <label for={id} class={required ? 'required' : undefined}>
        {label}
      </label>
      <div class="control">
        {children}
        <Notes id={id} label={label} help={help} error={error} />
      </div>
    </div>
  );
}

function Notes(props: { id: string; label: string; help: ComponentChildren; error: string | undefined }) {
  const { id, label, help, error } = props;
  return (
    <>
      {error === undefined ? null : (
        <p class="field-error" id={`${id}-error`}>
          {label} {error}
        </p>
      )}
      {help === undefined ? null : (
        <div class="hint" id={`${id}-help`}>
          {help}
        </div>
      )}
    </>
  );
}

const describedBy = (id: string, help: unknown, error: unknown): string | undefined =>
  [error === undefined ? '' : `${id}-error`, help === undefined ? '' : `${id}-help`].filter(Boolean).join(' ') ||
  undefined;

export interface TextFieldProps {
  id?: string;
  label: string;
  value: string;
  onInput: (value: string) => void;
  help?: ComponentChildren;
  error?: string | undefined;
  type?: 'text' | 'password' | 'date';
  required?: boolean;
  placeholder?: string;
  autocomplete?: string;
  maxLength?: number;
  /** Which keyboard a phone shows. */
  keyboard?: 'numeric' | 'email' | 'url';
}

export function TextField(props: TextFieldProps) {
  const own = useId();
  const {
    id = own,
    label,
    value,
    onInput,
    help,
    error,
    type = 'text',
    required,
    placeholder,
    autocomplete = 'off',
    maxLength,
    keyboard,
  } = props;
  const [shown, setShown] = useState(false);
  const input = (
    <input
      id={id}
      type={(shown ? 'text' : type) as 'text'}
      value={value}
      placeholder={placeholder}
      autocomplete={autocomplete as 'off'}
      autocapitalize="off"
      spellcheck={false}
      maxLength={maxLength}
      inputMode={keyboard}
      aria-required={required}
      aria-invalid={error === undefined ? undefined : true}
      aria-describedby={describedBy(id, help, error)}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
  return (
    <Shell id={id} label={label} help={help} error={error} required={required === true}>
      {type === 'password' ? (
        <div class="with-button">
          {input}
          <button type="button" class="button" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {t(shown ? 'hide' : 'show')}
          </button>
        </div>
      ) : (
        input
      )}
    </Shell>
  );
}

/** A whole number. While the text is none, the last number stays and the browser says so. */
export function NumberField(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  onInput: (value: number) => void;
  help?: ComponentChildren;
  error?: string | undefined;
}) {
  const id = useId();
  const { label, value, min, max, onInput, help, error } = props;
  return (
    <Shell id={id} label={label} help={help} error={error}>
      <input
        id={id}
        class="number"
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        step={1}
        value={value}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={describedBy(id, help, error)}
        onInput={(event) => {
          const number = event.currentTarget.valueAsNumber;
          if (Number.isInteger(number)) onInput(number);
        }}
      />
    </Shell>
  );
}

export interface Option {
  value: string;
  label: string;
}

export function SelectField(props: {
  label: string;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  help?: ComponentChildren;
  error?: string | undefined;
}) {
  const id = useId();
  const { label, value, options, onChange, help, error } = props;
  return (
    <Shell id={id} label={label} help={help} error={error}>
      <select
        id={id}
        value={value}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={describedBy(id, help, error)}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </Shell>
  );
}

/** Several lines, such as one address each. */
export function AreaField(props: {
  id?: string;
  label: string;
  value: string;
  onInput: (value: string) => void;
  rows: number;
  help?: ComponentChildren;
  error?: string | undefined;
  required?: boolean;
}) {
  const own = useId();
  const { id = own, label, value, onInput, rows, help, error, required } = props;
  return (
    <Shell id={id} label={label} help={help} error={error} required={required === true}>
      <textarea
        id={id}
        rows={rows}
        value={value}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-required={required}
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={describedBy(id, help, error)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Shell>
  );
}

/** Something that stands among the fields and is no input: buttons, and what they bring. They keep their own names. */
export function PlainField(props: {
  label: string;
  children: ComponentChildren;
  help?: ComponentChildren;
  error?: string | undefined;
}) {
  const id = useId();
  const { label, children, help, error } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a legend takes no place in the grid of a field
    <div class="field" role="group" aria-labelledby={id} aria-describedby={describedBy(id, help, error)}>
      <span class="label" id={id}>
        {label}
      </span>
      <div class="control">
        {children}
        <Notes id={id} label={label} help={help} error={error} />
      </div>
    </div>
  );
}
