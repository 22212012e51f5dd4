import { describe, expect, it } from 'vitest';

import { renderError } from './error-body.ts';

const ID = 'f'.repeat(32);

const RENDERED = {
  json: { contentType: 'application/json; charset=utf-8', body: `{\n  "message":"a \\"b\\" <c> & d",\n  "request_id":"${ID}"\n}` },
  text: { contentType: 'text/plain; charset=utf-8', body: `a "b" <c> & d\nrequest_id: ${ID}\n` },
  html: {
    contentType: 'text/html; charset=utf-8',
    body: '<!doctype html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>Error</title>\n  </head>\n'
      + '  <body>\n    <h1>Error</h1>\n'
      + `    <p>a "b" &lt;c&gt; &amp; d.</p>\n    <p>request_id: ${ID}</p>\n  </body>\n</html>\n`,
  },
  xml: {
    contentType: 'application/xml; charset=utf-8',
    body: '<?xml version="1.0" encoding="UTF-8"?>\n<error>\n'
      + `  <message>a "b" &lt;c&gt; &amp; d</message>\n  <requestid>${ID}</requestid>\n</error>\n`,
  },
  grpc: { contentType: 'application/grpc', body: '' },
} as const;

const render = (accept: string | undefined, fallback: 'json' | 'text' = 'json') => renderError('a "b" <c> & d', ID, accept, fallback);

describe('an error', () => {
  it.each<[accept: string | undefined, format: keyof typeof RENDERED]>([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['application/*', 'json'],
    ['text/plain', 'text'],
    ['text/*', 'text'],
    ['text/html', 'html'],
    ['TEXT/HTML', 'html'],
    ['application/xml', 'xml'],
    ['application/grpc', 'grpc'],
    ['image/png', 'json'],
    ['text/html, application/xml', 'html'],
    ['application/xml, text/html', 'xml'],
    ['text/html;q=0.5, application/xml;q=0.9', 'xml'],
    ['text/html;q=0.9 , application/xml ; q=0.5', 'html'],
    ['text/html;q=0.5, application/xml', 'xml'],
    ['text/html;level=1;q=0.1, application/xml;q=0.2', 'xml'],
    ['text/html;q=nonsense, application/xml;q=0.9', 'html'],
    ['text/html;q=0', 'html'],
    // A weight below 0 is below that of a type that is not acceptable.
    ['text/html;q=-1', 'json'],
    // Names that every object of JavaScript has.
    ['constructor', 'json'],
    ['__proto__', 'json'],
    // Only the most acceptable type counts, known or not.
    ['image/png, text/html;q=0.9', 'json'],
    ['', 'json'],
  ])('for a client that accepts %s is %s', (accept, format) => {
    expect(render(accept)).toEqual(RENDERED[format]);
  });

  it('is text where the fallback is text, and the client accepts nothing that we have', () => {
    expect(render(undefined, 'text')).toEqual(RENDERED.text);
    expect(render('image/png', 'text')).toEqual(RENDERED.text);
    expect(render('text/html', 'text')).toEqual(RENDERED.html);
  });
});
