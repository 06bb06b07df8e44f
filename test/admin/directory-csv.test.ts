import { describe, expect, it } from 'vitest';
import { readDirectoryCsv } from '../../src/admin/directory-csv.ts';
import { ApiProblem } from '../../src/admin/problem-details.ts';

const read = (text: string) => readDirectoryCsv(new TextEncoder().encode(text));
const refusal = (file: Uint8Array) => {
  try {
    readDirectoryCsv(file);
  } catch (error) {
    if (error instanceof ApiProblem) return error.problem;
  }
  throw new Error('the file was read');
};
const ann = { name: 'Ann', email: 'ann@example.com' };

describe('a CSV file with addresses of extensions', () => {
  it.each([
    ['comma', 'extension,name,email\n1000,Ann,ann@example.com\n'],
    ['semicolon', 'extension;name;email\r\n1000;Ann;ann@example.com\r\n'],
    ['another order and case, and spaces', ' EMAIL , Extension,Name\nann@example.com , 1000, Ann'],
    ['a byte order mark', '\uFEFFextension,name,email\n1000,Ann,ann@example.com'],
    ['quotes', '"extension","name","email"\n"1000","Ann","ann@example.com"'],
    ['empty rows', '\n\nextension,name,email\n\n,,\n1000,Ann,ann@example.com\n\n'],
  ])('is read with %s', (_name, text) => {
    expect(read(text)).toEqual({ rows: 1, entries: { '1000': ann }, bad: [] });
  });

  it('needs no names, keeps leading zeros, and writes an international domain as mail does', () => {
    expect(read('email,extension\nann@bücher.example,0100').entries).toEqual({
      '0100': { name: null, email: 'ann@xn--bcher-kva.example' },
    });
  });

  it.each([
    ['a bad extension', '10a,Ann,ann@example.com', 2, '"10a" is no extension', '2 to 8 digits'],
    ['a number that is too long', '123456789,Ann,ann@example.com', 2, 'is no extension', '2 to 8 digits'],
    ['no extension', ',Ann,ann@example.com', 2, 'has no extension', '2 to 8 digits'],
    ['a bad address', '1001,Ann,ann at example.com', 2, '"ann at example.com" is no e-mail address', 'one address'],
    ['two addresses', '1001,Ann,a@example.com b@example.com', 2, 'is no e-mail address', 'one address'],
    ['no address', '1001,Ann,', 2, 'extension 1001 has no address', 'delete the row'],
    ['too few columns', '1001,Ann', 2, 'has 2 columns where the header has 3', 'double quotes'],
    ['too many columns', '1001,Morgan, Ann,ann@example.com', 2, 'has 4 columns', 'double quotes'],
    ['a stray quote', '1001,An"n,ann@example.com', 2, 'double quotes cannot be read', 'twice'],
    ['a long name', `1001,${'x'.repeat(129)},ann@example.com`, 2, 'longer than 128', 'Shorten'],
    ['a formula', '=1+1,Ann,ann@example.com', 2, '"=1+1" is no extension', '2 to 8 digits'],
  ])('leaves out a row with %s, and takes the others', (_name, row, line, message, fix) => {
    const { rows, entries, bad } = read(`extension,name,email\n${row}\n1000,Ann,ann@example.com\n`);
    expect(bad).toEqual([{ line, message: expect.stringContaining(message), fix: expect.stringContaining(fix) }]);
    expect({ rows, entries }).toEqual({ rows: 2, entries: { '1000': ann } });
  });

  it('keeps the first of two rows for one extension, and names both lines', () => {
    const { entries, bad } = read('extension,name,email\n1000,Ann,ann@example.com\n\n1000,Bob,bob@example.com\n');
    expect(entries).toEqual({ '1000': ann });
    expect(bad).toEqual([expect.objectContaining({ line: 4, message: 'extension 1000 stands in line 2 already' })]);
  });

  it('counts lines as an editor shows them, also after a value with a line break', () => {
    const { bad } = read('extension,name,email\n1000,"Ann\nMorgan",ann@example.com\nx,Bob,bob@example.com\n');
    expect(bad.map((row) => row.line)).toEqual([4]);
  });

  it('tells a double quote that is never closed where it opens, and that nothing below it was read', () => {
    const { rows, entries, bad } = read(
      'extension,name,email\n1000,Ann,ann@example.com\n1001,"Bob,bob@example.com\n1002,Cy,cy@example.com\n',
    );
    expect(bad).toEqual([
      expect.objectContaining({ line: 3, message: expect.stringContaining('nothing from here on') }),
    ]);
    expect({ rows, entries }).toEqual({ rows: 2, entries: { '1000': ann } });
  });

  it.each([
    ['', 'empty'],
    ['\n\n', 'empty'],
    ['1000,Ann,ann@example.com', 'names a column "1000"'],
    ['extension,name', 'does not name the column "email"'],
    ['extension,email,mail', 'names a column "mail"'],
    ['extension,email,email', '"email" twice'],
  ])('is refused whole when its first row does not name the columns: %j', (text, title) => {
    const problem = refusal(new TextEncoder().encode(text));
    expect(problem).toMatchObject({ status: 400, code: 'csv-unreadable', title: expect.stringContaining(title) });
    expect(problem.fix).toMatch(/extension/);
  });

  it('is refused in another encoding, and says how to save it', () => {
    const latin = new Uint8Array([...new TextEncoder().encode('extension,name,email\n1000,J'), 0xf6, 0x72, 0x67]);
    expect(refusal(latin)).toMatchObject({ title: 'The file is not UTF-8', fix: expect.stringContaining('CSV UTF-8') });
  });
});
