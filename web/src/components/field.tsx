import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common {
  label: string;
  help?: ComponentChildren;
  error?: string | undefined;
}

/** A labelled text field with its help and its error, tied together for who cannot see them. */
export function TextField(
  props: Common & {
    value: string;
    onInput: (value: string) => void;
    type?: 'text' | 'password';
    required?: boolean;
    placeholder?: string;
    autocomplete?: string;
    rows?: number;
  },
) {
  const id = useId();
  const {
    label,
    help,
    error,
    value,
    onInput,
    type = 'text',
    required = false,
    placeholder,
    autocomplete = 'off',
    rows,
  } = props;
  const described = [error === undefined ? '' : `${id}-error`, help === undefined ? '' : `${id}-help`].join(' ').trim();
  const shared = {
    id,
    value,
    placeholder,
    autocomplete,
    required,
    spellcheck: false,
    'aria-invalid': error === undefined ? undefined : true,
    'aria-describedby': described === '' ? undefined : described,
  } as const;
  return (
    <div class="field">
      <label for={id}>
        {label}
        {required ? <span aria-hidden="true"> *</span> : null}
      </label>
      <div class="control">
        {rows === undefined ? (
          <input {...shared} type={type as 'text'} onInput={(event) => onInput(event.currentTarget.value)} />
        ) : (
          <textarea {...shared} rows={rows} onInput={(event) => onInput(event.currentTarget.value)} />
        )}
        {error === undefined ? null : (
          <p class="field-error small" id={`${id}-error`}>
            {label} {error}
          </p>
        )}
        {help === undefined ? null : (
          <div class="quiet-text small" id={`${id}-help`}>
            {help}
          </div>
        )}
      </div>
    </div>
  );
}

export function SelectField(
  props: Common & {
    value: string;
    onChange: (value: string) => void;
    options: { value: string; label: string; disabled?: boolean }[];
  },
) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <div class="control">
        <select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
          {props.options.map((option) => (
            <option
              key={option.value}
              value={option.value}
              disabled={option.disabled === true}
              selected={option.value === props.value}
            >
              {option.label}
            </option>
          ))}
        </select>
        {props.help === undefined ? null : <div class="quiet-text small">{props.help}</div>}
      </div>
    </div>
  );
}

/** One of several, each with its consequence. */
export function ChoiceField<T extends string>(props: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: { value: T; label: string; help: string }[];
}) {
  const name = useId();
  return (
    <fieldset class="field">
      <legend class="label">{props.label}</legend>
      <div class="control">
        {props.options.map((option) => (
          <label key={option.value} class="choice">
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={props.value === option.value}
              onChange={() => props.onChange(option.value)}
            />
            <span>
              {option.label}
              <br />
              <span class="quiet-text small">{option.help}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function CheckField(props: {
  label: string;
  text: string;
  help: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <div class="field">
      <span class="label">{props.label}</span>
      <div class="control">
        <label class="choice">
          <input
            type="checkbox"
            checked={props.checked}
            onChange={(event) => props.onChange(event.currentTarget.checked)}
          />
          <span>
            {props.text}
            <br />
            <span class="quiet-text small">{props.help}</span>
          </span>
        </label>
      </div>
    </div>
  );
}
