import { CsvError, parse } from 'csv-parse/sync';
import { invitableAddress } from '../domain/address.ts';
import { type DirectoryAddress, isExtension } from '../domain/directory.ts';
import { ApiProblem } from './problem-details.ts';

export interface BadRow {
  line: number;
  message: string;
  fix: string;
}

export interface CsvDirectory {
  rows: number;
  entries: Record<string, DirectoryAddress>;
  bad: BadRow[];
}

const COLUMNS = ['extension', 'name', 'email'] as const;
type Column = (typeof COLUMNS)[number];
const MOST_ROWS = 20_000;
const LONGEST_NAME = 128;

/** Reads extension, name and email, row by row: what is wrong with one row leaves the others. Raises `csv-unreadable`. */
export function readDirectoryCsv(file: Uint8Array): CsvDirectory {
  const text = decode(file);
  const bad: BadRow[] = [];
  const delimiter = delimiterOf(text);
  const [header, ...rows] = records(text, delimiter, bad);
  if (header === undefined)
    throw unreadable('The file is empty', 'Send a file with the header "extension,name,email".');
  const columns = columnsOf(header.cells);
  if (rows.length > MOST_ROWS)
    throw unreadable(`The file has more than ${MOST_ROWS} rows`, 'Split it into several files and import one by one.');
  const entries: Record<string, DirectoryAddress> = {};
  const lines = new Map<string, number>();
  for (const { line, cells } of rows) {
    const width = header.cells.length;
    if (cells.length !== width) {
      const message = `has ${cells.length} columns where the header has ${width}`;
      bad.push({ line, message, fix: `Put a value that contains "${delimiter}" in double quotes.` });
      continue;
    }
    const row = readRow((name) => (cells[columns[name] ?? -1] ?? '').trim());
    if ('message' in row) {
      bad.push({ line, ...row });
      continue;
    }
    const { extension, ...address } = row;
    const first = lines.get(extension);
    if (first !== undefined) {
      const message = `extension ${extension} stands in line ${first} already`;
      bad.push({ line, message, fix: 'Keep one of the two rows; the first one counts.' });
      continue;
    }
    lines.set(extension, line);
    entries[extension] = address;
  }
  const unreadableRows = bad.filter((row) => rows.every((item) => item.line !== row.line)).length;
  return { rows: rows.length + unreadableRows, entries, bad: bad.sort((a, b) => a.line - b.line) };
}

function readRow(
  cell: (name: Column) => string,
): ({ extension: string } & DirectoryAddress) | { message: string; fix: string } {
  const extension = cell('extension');
  const email = cell('email');
  const name = cell('name');
  if (!isExtension(extension)) {
    const message = extension === '' ? 'has no extension' : `"${shown(extension)}" is no extension`;
    return {
      message,
      fix: 'An extension has 2 to 8 digits. Spreadsheets drop a leading 0: format the column as text.',
    };
  }
  const address = invitableAddress(email);
  if (address === null) {
    const message = email === '' ? `extension ${extension} has no address` : `"${shown(email)}" is no e-mail address`;
    return { message, fix: 'Give one address, such as ann@example.com, or delete the row.' };
  }
  if (name.length > LONGEST_NAME)
    return { message: `the name is longer than ${LONGEST_NAME} characters`, fix: 'Shorten the name.' };
  return { extension, name: name === '' ? null : name, email: address };
}

/** `line` is the one on which a record begins. */
function records(text: string, delimiter: string, bad: BadRow[]): { line: number; cells: string[] }[] {
  const found: { line: number; cells: string[] }[] = [];
  let before = 0;
  parse(text, {
    bom: true,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip(error) {
      const open = error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED';
      const told = error instanceof CsvError && typeof error['lines'] === 'number' ? error['lines'] : before + 1;
      // What is never closed swallows all that follows: it is told where it begins.
      const line = open ? before + 1 : told;
      const message = open
        ? 'a double quote is not closed; nothing from here on was read'
        : 'the double quotes cannot be read';
      bad.push({ line, message, fix: 'Close each double quote, and write one within a value twice.' });
      before = line;
    },
    on_record(record, { lines }) {
      const cells = record as unknown as string[];
      const broken = cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
      if (cells.some((cell) => cell.trim() !== '')) found.push({ line: lines - broken, cells });
      before = lines;
      return null;
    },
  });
  return found;
}

function columnsOf(header: readonly string[]): Partial<Record<Column, number>> {
  const names = header.map((cell) => cell.trim().toLowerCase());
  const fix = 'Make the first row name the columns: extension, name and email, in any order; name may be missing.';
  const unknown = names.find((name) => !COLUMNS.some((column) => column === name));
  if (unknown !== undefined) throw unreadable(`The first row names a column "${shown(unknown)}"`, fix);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unreadable(`The first row names the column "${twice}" twice`, fix);
  const missing = (['extension', 'email'] as const).find((name) => !names.includes(name));
  if (missing !== undefined) throw unreadable(`The first row does not name the column "${missing}"`, fix);
  return Object.fromEntries(names.map((name, index) => [name, index]));
}

/** Spreadsheets write what the country's decimal comma leaves them. */
function delimiterOf(text: string): string {
  const header = text.replace(/^\uFEFF?\s*/, '').split(/\r\n|\r|\n/, 1)[0] ?? '';
  return header.includes(';') ? ';' : ',';
}

function decode(file: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    throw unreadable('The file is not UTF-8', 'Save it as "CSV UTF-8" in the spreadsheet, and import that.');
  }
}

function shown(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 64)}…`;
}

function unreadable(title: string, fix: string): ApiProblem {
  return new ApiProblem(400, { code: 'csv-unreadable', title, fix });
}
