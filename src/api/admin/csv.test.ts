import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

describe('a line of CSV', () => {
  it.each([
    [['a', 'b'], 'a,b\r\n'],
    [['a "quoted" word', 'x,y', 'two\nlines'], '"a ""quoted"" word","x,y","two\nlines"\r\n'],
    [[null, undefined, ''], ',,\r\n'],
    [['=1+1', '+1', '-1', '@x', '\tx', '\rx'], "'=1+1,'+1,'-1,'@x,'\tx,\"'\rx\"\r\n"],
    [['=HYPERLINK("http://evil","click")'], '"\'=HYPERLINK(""http://evil"",""click"")"\r\n'],
    [['a=b', '1-2'], 'a=b,1-2\r\n'],
  ])('of %j', (cells, line) => expect(csvLine(cells)).toBe(line));
});
