import { errorsOf } from "../../../support/synth";

/* Which mistake a name has, and the name to write instead. */

const WHOLE = 'must be a host name in lower case, such as "www.example.com"';

test.each<[written: string, advice: string]>([
  [
    "https://www.example.com",
    'must be a host name without a scheme (got "https://www.example.com"); remove "https://" and write ' +
      '"www.example.com"',
  ],
  ["www.example.com/shop", 'must be a host name without a path (got "www.example.com/shop"); write "www.example.com"'],
  ["www.example.com?a=1#b", 'must be a host name without a path (got "www.example.com?…"); write "www.example.com"'],
  ["www.example.com:8443", 'must be a host name without a port (got "www.example.com:8443"); write "www.example.com"'],
  ["www.example.com.", 'must be a host name without a trailing dot (got "www.example.com."); write "www.example.com"'],
  ["WWW.Example.com", 'must be a host name in lower case (got "WWW.Example.com"); write "www.example.com"'],
  [
    "bücher.example.com",
    'must be a host name in its ASCII form (xn--) (got "bücher.example.com"); write "xn--bcher-kva.example.com"',
  ],
  [
    "my_site.example.com",
    'must be a host name without underscores (got "my_site.example.com"); write "my-site.example.com"',
  ],
  [
    " www.example.com\n",
    'must be a host name without spaces around it (got " www.example.com\\n"); write "www.example.com"',
  ],
  [
    "co.uk",
    'must be a host name under a public suffix (got "co.uk"); "co.uk" is a public suffix, use a name under it ' +
      'such as "example.co.uk"',
  ],
  [
    "10.0.0.1",
    'must be a host name, not an IP address (got "10.0.0.1"); ACM issues no public certificate for an IP address',
  ],
  [
    "2001:db8::1",
    'must be a host name, not an IP address (got "2001:db8::1"); ACM issues no public certificate for an IP address',
  ],
  [
    "localhost",
    'must be a host name under a public suffix such as "com" or "co.uk" (got "localhost"); ACM issues no ' +
      "public certificate for other names",
  ],
  [
    "*.example.com",
    'must be a host name without a wildcard (got "*.example.com"); write "example.com", and "*.example.com" in ' +
      "alternativeNames",
  ],
  ["a.*.example.com", 'must be a host name with "*." at the beginning only (got "a.*.example.com")'],
  [
    "www..example.com",
    'must be a host name whose labels (the parts between dots) begin and end with a letter or digit (got "www..example.com")',
  ],
  [
    "-www.example.com",
    'must be a host name whose labels (the parts between dots) begin and end with a letter or digit (got "-www.example.com")',
  ],
  [
    `${"a".repeat(64)}.com`,
    `must be a host name of at most 253 characters, and at most 63 between two dots (got "${"a".repeat(64)}.com")`,
  ],
  ["user@example.com", 'must be a host name of letters, digits, "-" and "." only (got "user@example.com")'],
  ["", `${WHOLE} (got "")`],
  ["https://", `${WHOLE} (got "https://")`],
  // Several at once: one name corrects all.
  [
    " HTTPS://BÜCHER.Example.com:443/a ",
    "must be a host name without spaces around it, without a scheme, without a path, without a port, in lower " +
      'case and in its ASCII form (xn--) (got " HTTPS://BÜCHER.Example.com:443/a "); remove "HTTPS://" and write ' +
      '"xn--bcher-kva.example.com"',
  ],
  [
    "http://10.0.0.1:80/",
    'must be a host name, not an IP address (got "http://10.0.0.1:80/"); ACM issues no public certificate for an IP address',
  ],
  [
    "https://*.Example.com/",
    'must be a host name without a wildcard (got "https://*.Example.com/"); write "example.com", and ' +
      '"*.example.com" in alternativeNames',
  ],
])("%p as domainName", (written, advice) => {
  expect(errorsOf({ domainName: written })).toEqual([`web: domainName ${advice}`]);
});

test.each<[written: string, advice: string]>([
  [
    "https://*.Example.com/",
    "must be a host name or wildcard without a scheme, without a path and in lower case (got " +
      '"https://*.Example.com/"); remove "https://" and write "*.example.com"',
  ],
  ["example.com.", 'must be a host name or wildcard without a trailing dot (got "example.com."); write "example.com"'],
  [
    "*.co.uk",
    'must be a host name or wildcard under a public suffix (got "*.co.uk"); "co.uk" is a public suffix, use a ' +
      'name under it such as "example.co.uk"',
  ],
])("%p in alternativeNames", (written, advice) => {
  expect(errorsOf({ domainName: "www.example.com", alternativeNames: ["example.com", written] })).toEqual([
    `web: alternativeNames.1 ${advice}`,
  ]);
});

test.each<[written: string, advice: string]>([
  // As the AWS CLI prints it.
  ["example.com.", 'must be a zone name without a trailing dot (got "example.com."); write "example.com"'],
  [
    "https://example.com",
    'must be a zone name without a scheme (got "https://example.com"); remove "https://" and write "example.com"',
  ],
  [
    "com",
    'must be a zone name under a public suffix (got "com"); "com" is a public suffix, use a name under it ' +
      'such as "example.com"',
  ],
])("%p as hostedZone.name", (written, advice) => {
  expect(errorsOf({ domainName: "www.example.com", hostedZone: { name: written } })).toEqual([
    `web: hostedZone.name ${advice}`,
  ]);
});
