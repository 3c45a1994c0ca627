import { curlFor } from "../../../../cli/serve/curl-command";

/* The curl commands that serve prints. */

const PLACES = [
  { url: "http://www.example.com/", connect: "127.0.0.1:4001" },
  { url: "https://www.example.com/", connect: "127.0.0.1:4002" },
];
const CONNECT = "--connect-to www.example.com:80:127.0.0.1:4001 --connect-to www.example.com:443:127.0.0.1:4002";

test("a command follows the redirects on this machine", () => {
  expect(curlFor(PLACES, "/ca.pem", false, {})).toBe(`curl -L --cacert /ca.pem ${CONNECT} http://www.example.com/`);
});

test("a command for a load balancer's own name does not follow them", () => {
  expect(curlFor(PLACES, "/ca.pem", true, {})).toBe(`curl -i --cacert /ca.pem ${CONNECT} http://www.example.com/`);
});

test("a path with a space is quoted", () => {
  expect(curlFor(PLACES.slice(1), "/Application Support/ca.pem", false, {})).toContain(
    "--cacert '/Application Support/ca.pem' ",
  );
});

test.each(["http_proxy", "HTTPS_PROXY", "all_proxy"])("%s is not used", (name) => {
  expect(curlFor(PLACES.slice(1), "/ca.pem", false, { [name]: "http://proxy:3128" })).toBe(
    "curl -L --cacert /ca.pem --connect-to www.example.com:443:127.0.0.1:4002 --noproxy '*' https://www.example.com/",
  );
});

test("a name that is no host name is never part of a command", () => {
  const url = "http://www.example.com/";
  expect(curlFor([{ url, connect: "127.0.0.1:1; touch x" }], "/ca.pem", false, {})).toMatch(/^\(no command is shown/);
});
