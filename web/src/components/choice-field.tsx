import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface Choice<T extends string> {
  value: T;
  label: string;
  /** What follows from choosing it. */
  help: string;
  /** More fields that belong to this choice, shown while it is chosen. */
  more?: ComponentChildren;
}

/** One of several, each with its consequence. */
export function ChoiceField<T extends string>(props: {
  label: string;
  value: T;
  options: readonly Choice<T>[];
  onChange: (value: T) => void;
}) {
  const { label, value, options, onChange } = props;
  const name = useId();
  return (
    <fieldset class="field">
      <legend>{label}</legend>
      <div class="control">
        {options.map((option) => (
          <div key={option.value}>
            <label class="choice">
              <input
                type="radio"
                name={name}
                value={option.value}
                checked={value === option.value}
                aria-describedby={`${name}-${option.value}`}
                onChange={() => onChange(option.value)}
              />
              <span>{option.label}</span>
              <span class="hint" id={`${name}-${option.value}`}>
                {option.help}
              </span>
            </label>
            {value === option.value && option.more !== undefined ? <div class="choice-more">{option.more}</div> : null}
          </div>
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
  const id = useId();
  return (
    <div class="field">
      <span class="label">{props.label}</span>
      <div class="control">
        <label class="choice">
          <input
            type="checkbox"
            checked={props.checked}
            aria-describedby={id}
            onChange={(event) => props.onChange(event.currentTarget.checked)}
          />
          <span>{props.text}</span>
          <span class="hint" id={id}>
            {props.help}
          </span>
        </label>
      </div>
    </div>
  );
}
