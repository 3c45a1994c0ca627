import { userDataFor } from "../../../../constructs/user-data";
import { answersTls, answersWith, answersWithHttpsRedirect } from "../../../../path/analysis/boot-scripts/answers";
import { runs } from "../../../../path/analysis/boot-scripts/boot-script";
import { usesContainers } from "../../../../path/analysis/boot-scripts/containers";
import { installs } from "../../../../path/analysis/boot-scripts/fetches";
import { portsOf } from "../../../../path/analysis/boot-scripts/served-ports";

/* What boot scripts are read to say. */

const bash = (...lines: readonly string[]) => `#!/bin/bash\n${lines.join("\n")}\n`;
const needed = (userData: string) =>
  installs(userData)
    .filter(({ isNeeded }) => isNeeded)
    .map(({ from, command }) => `${from}: ${command}`);

describe("what runs at all", () => {
  test.each([
    ["a script", "#!/bin/sh\necho", "runs"],
    ["a script of another interpreter", "#!/usr/bin/env python3\nprint(1)", "runs"],
    ["a cloud-config", "#cloud-config\npackages: [nginx]", "runs"],
    ["a cloud-config after an empty line, which cloud-init takes", "\n#cloud-config\npackages: [nginx]", "runs"],
    ["several parts", "Content-Type: multipart/mixed; boundary=x\n\n--x\n", "runs"],
    [
      "several parts with their version first",
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n",
      "runs",
    ],
    ["a list of addresses", "#include\nhttps://example.com/script", "runs"],
    ["a template", "## template: jinja\n#cloud-config\n", "runs"],
    ["a boot hook", "#cloud-boothook\n#!/bin/sh\n", "runs"],
    ["an indented script", "    #!/bin/bash\n    yum install -y httpd\n", "never"],
    ["a script after an empty line", "\n#!/bin/bash\nyum install -y httpd\n", "never"],
    ["commands alone", "sudo apt-get update\nsudo apt-get install -y nginx\n", "never"],
    ["commands after a comment", "# installs the site\nyum install -y httpd\n", "never"],
    [
      "a script with the HCL around it",
      "user_data = base64encode(<<EOF\n#!/bin/bash\nyum install -y httpd\nEOF\n)\n",
      "never",
    ],
    ["a script with its here-document around it", "<<-EOF\n  #!/bin/bash\n  yum install -y httpd\nEOF\n", "never"],
    ["a setting that is called so", "user_data = web\n", "unclear"],
    ["Windows's own", "<powershell>\nInstall-WindowsFeature Web-Server\n</powershell>", "unclear"],
    ["Bottlerocket's settings", '[settings.kubernetes]\ncluster-name = "x"', "unclear"],
    ["Ignition's JSON", '{"ignition":{"version":"3.0.0"}}', "unclear"],
    ["a setting of the author's own image", "role=web", "unclear"],
    ["another YAML", "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig", "unclear"],
    ["nothing", "", "unclear"],
  ])("%s", (_, userData, expected) => {
    expect(runs(userData)).toBe(expected);
  });
});

describe("what is fetched and needed", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "this project's own",
      userDataFor({
        appPort: 80,
        domainName: "www.example.com",
        idleTimeoutSec: 60,
        healthCheck: { path: "/health", port: 80 },
        server: {},
      } as never),
      ["s3: dnf install -y nginx"],
    ],
    ["packages of Amazon Linux", bash("sudo yum update -y", "sudo yum -y install httpd"), ["s3: yum -y install httpd"]],
    [
      "extras of Amazon Linux 2",
      bash("amazon-linux-extras enable nginx1", "amazon-linux-extras install -y nginx1"),
      ["s3: amazon-linux-extras install -y nginx1"],
    ],
    [
      "packages of Debian",
      bash(
        "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Options::=--force-confnew " +
          "install apache2",
      ),
      ["internet: apt-get -y … install apache2"],
    ],
    [
      "packages of languages",
      bash("pip3 install flask", "cd /app && npm ci"),
      ["internet: pip3 install flask", "internet: npm ci"],
    ],
    [
      "a setup script of another site",
      bash("curl -fsSL https://deb.nodesource.com/setup_20.x | sudo -E bash -"),
      ["internet: curl … https://deb.nodesource.com/…"],
    ],
    [
      "nothing, from what looks like many variables and is none",
      bash(`curl https://x.example/a | ${"-a===b ".repeat(50)}`),
      [],
    ],
    [
      "objects, with many options",
      bash(`aws ${"--a --b c ".repeat(30)}s3 cp s3://bucket/a /srv/`),
      ["s3: aws s3 cp s3://bucket/…"],
    ],
    ["an archive", bash("wget https://example.com/app.tar.gz"), ["internet: wget https://example.com/…"]],
    [
      "the author's objects",
      bash("aws s3 cp s3://bucket/app.zip /srv/", "curl -o x.zip https://bucket.s3.eu-west-1.amazonaws.com/x.zip"),
      ["s3: aws s3 cp s3://bucket/…", "s3: curl … https://bucket.s3.eu-west-1.amazonaws.com/…"],
    ],
    [
      "a repository",
      bash("git clone https://github.com/example/app.git /srv/app"),
      ["internet: git clone https://github.com/…"],
    ],
    [
      "an image, where Docker is new",
      bash("dnf install -y docker", "docker run -d -p 80:80 nginx"),
      ["s3: dnf install -y docker", "internet: docker run -d …"],
    ],
    [
      "an image of the account's registry",
      bash("docker pull 1234.dkr.ecr.us-east-1.amazonaws.com/app:1"),
      ["registry: docker pull 1234.dkr.ecr.us-east-1.amazonaws.com/app:1"],
    ],
    [
      "packages of a cloud-config",
      "#cloud-config\npackages:\n  - nginx\nruncmd:\n  - [systemctl, start, nginx]\n  - pip install flask\n",
      ["s3: cloud-init-packages install nginx", "internet: pip install flask"],
    ],
    [
      "what one of several parts installs",
      'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="==B"\n\n--==B\nContent-Type: ' +
        "text/x-shellscript\n\n#!/bin/bash\nyum install -y httpd\n--==B--\n",
      ["s3: yum install -y httpd"],
    ],
    [
      "a script that a script writes and starts",
      bash("cat > /opt/setup.sh <<'EOF'", "yum install -y httpd", "EOF", "bash /opt/setup.sh"),
      ["s3: yum install -y httpd"],
    ],
    ["what another user's shell reads", bash("sudo su - app <<'EOF'", "npm install", "EOF"), ["internet: npm install"]],
    [
      "tools, where any failure ends the script",
      bash("set -euo pipefail", "dnf install -y jq"),
      ["s3: dnf install -y jq"],
    ],
    [
      "on several systems, on Amazon Linux",
      bash("if [ -f /etc/debian_version ]; then", "  apt-get install -y nginx", "else", "  yum install -y nginx", "fi"),
      ["s3: yum install -y nginx"],
    ],
    ["continued on the next line", bash("yum install -y \\", "  httpd \\", "  php"), ["s3: yum install -y httpd php"]],
  ])("%s", (_, userData, expected) => {
    expect(needed(userData)).toEqual(expected);
  });

  test.each([
    [
      "files only",
      bash("cat > /etc/app.conf <<EOF", "port = 80", "yum install -y httpd", "EOF", "systemctl restart app"),
    ],
    ["tools", bash("yum install -y jq htop git")],
    ["updates", bash("yum update -y", "systemctl start app")],
    [
      "the instance's metadata",
      bash(
        "TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token)",
        "curl -o /tmp/id http://169.254.169.254/latest/meta-data/instance-id",
      ),
    ],
    ["itself", bash("curl -o /dev/null http://localhost:8080/health", "wget http://127.0.0.1/x")],
    [
      "an address for the log",
      bash("IP=$(curl -s https://checkip.amazonaws.com)", "curl -s https://hooks.example.com/started -o /dev/null"),
    ],
    ["packages that are on the image", bash("yum install -y /opt/app.rpm", "dpkg -i app.deb")],
    ["what is installed where the image lacks it", bash("command -v nginx || yum install -y nginx")],
    ["what may fail", bash("yum install -y nginx || true")],
    ["what is only said", bash("echo 'run yum install -y httpd to begin'", "# yum install -y httpd")],
    ["by a proxy", bash("export https_proxy=http://proxy.internal:3128", "yum install -y httpd")],
    ["images that are loaded from a file", bash("docker load -i /opt/app.tar", "docker run -d -p 80:80 app")],
    ["containers of an image that has Docker", bash("docker run -d -p 80:80 app")],
    ["what never runs", "  #!/bin/bash\n  yum install -y httpd\n"],
    ["what Windows runs", "<powershell>\ncurl -o x https://example.com/x\n</powershell>"],
  ])("nothing: %s", (_, userData) => {
    expect(needed(userData)).toEqual([]);
  });
});

describe("a command is shown without the secrets in it", () => {
  const reported = (...lines: string[]) => installs(bash(...lines)).map(({ command }) => command);

  test.each([
    [
      "curl -H 'Authorization: Bearer PW' -o app.zip https://user:PW@example.com/app.zip?X-Amz-Signature=PW",
      "curl … https://example.com/…",
    ],
    ["curl -u user:PW -o app.zip https://example.com/app.zip", "curl … https://example.com/…"],
    ["curl -uuser:PW -o app.zip https://example.com", "curl … https://example.com/"],
    [
      'curl --user user:PW -d \'{"password": "PW"}\' -o app.zip "https://example.com/a?token=PW"',
      "curl … https://example.com/…",
    ],
    ["curl -o app.zip https://example.org/ https://user:PW/PW@example.com/app.zip", "curl … https://example.org/ …"],
    ["wget --http-user=user --http-passwd=PW https://example.com/PW/app.zip", "wget … https://example.com/…"],
    [
      "wget --http-passwd PW --post-data 'user=a password=PW' -O app.zip https://example.com/login",
      "wget … https://example.com/…",
    ],
    ["wget --post-data password=PW -O app.zip https://example.com/login", "wget … https://example.com/…"],
    [
      "wget 'https://bucket.s3.amazonaws.com/app.zip?X-Amz-Credential=PW&X-Amz-Signature=PW'",
      "wget https://bucket.s3.amazonaws.com/…",
    ],
    ["git clone https://PW@github.com/example/app.git", "git clone https://github.com/…"],
    [
      "git clone -c http.extraHeader='Authorization: PW' https://github.com/example/PW.git",
      "git clone … https://github.com/…",
    ],
    ["aws --profile PW s3 cp s3://bucket/PW /srv/ --sse-c-key PW", "aws s3 cp s3://bucket/…"],
    ["podman pull --creds user:PW quay.io/acme/app", "podman pull …"],
    ["podman pull --creds=user:PW quay.io/acme/app", "podman pull …"],
    ["docker pull quay.io/acme/app:1", "docker pull quay.io/acme/app:1"],
    ["docker build --build-arg TOKEN=PW -t app https://user:PW@example.com/app.git", undefined],
    ["pip install --index-url https://user:PW@example.com/simple app", "pip install … https://example.com/…"],
    ["pip install --proxy-password PW flask", undefined],
    ["pip3 install git+https://PW@github.com/example/app", "pip3 install …"],
    ["npm ci --//registry.npmjs.org/:_authToken=PW", "npm ci …"],
    ["npm install --token PW left-pad", "npm install …"],
    ["yum install -y --setopt=password=PW --setopt password=PW httpd", "yum install -y …"],
    ["dnf -y --setopt=password=PW install nginx", "dnf -y … install nginx"],
    ["apt-get install -y nginx=1.18.0-0 $PW 'PW'", "apt-get install -y …"],
  ])("%s", (line, shown) => {
    const commands = reported(line);
    expect(commands.join()).not.toContain("PW");
    if (shown !== undefined) expect(commands).toEqual([shown]);
  });

  test("where Docker is new, too", () => {
    expect(
      reported(
        "dnf install -y docker",
        "docker run -d -e PASSWORD=PW --env-file PW acme/PW",
        "docker compose --env-file PW -p PW up -d",
      ),
    ).toEqual(["dnf install -y docker", "docker run -d …", "docker compose up -d"]);
    expect(usesContainers(bash("docker compose --env-file PW -p PW up -d"))).toBe("docker compose up");
    expect(usesContainers(bash("docker-compose -f PW up -d"))).toBe("docker-compose up");
    expect(usesContainers(bash("docker run -e A=PW app"))).toBe("docker run");
  });
});

describe("ports that are opened", () => {
  test.each<[string, string, readonly number[]]>([
    ["nginx as it comes", bash("yum install -y nginx", "systemctl start nginx"), [80]],
    ["apache as it comes", bash("apt-get install -y apache2"), [80]],
    ["tomcat as it comes", bash("yum install -y tomcat", "systemctl enable --now tomcat"), [8080]],
    [
      "nginx as configured",
      bash(
        "yum install -y nginx",
        "cat > /etc/nginx/conf.d/a.conf <<'EOF'",
        "server {",
        "  listen 8080;",
        "  listen [::]:8080;",
        "}",
        "EOF",
      ),
      [8080],
    ],
    [
      "apache, changed in place",
      bash("yum install -y httpd", "sed -i 's/^Listen 80$/Listen 8081/' /etc/httpd/conf/httpd.conf"),
      [8081],
    ],
    ["Python's server", bash("nohup python3 -m http.server 8000 &"), [8000]],
    ["Python's server without a port", bash("python3 -m http.server &"), [8000]],
    ["busybox", bash("nohup busybox httpd -f -p 8080 &"), [8080]],
    ["published by Docker", bash("docker run -d -p 80:3000 -p 8443:443 app"), [80, 8443]],
    [
      "published by compose",
      bash(
        "cat > docker-compose.yml <<EOF",
        "services:",
        "  web:",
        "    ports:",
        '      - "80:3000"',
        "EOF",
        "docker-compose up -d",
      ),
      [80],
    ],
    [
      "node",
      bash(
        "cat > app.js <<'EOF'",
        "require('http').createServer((q, a) => a.end('ok')).listen(3000);",
        "EOF",
        "node app.js &",
      ),
      [3000],
    ],
    ["gunicorn", bash("gunicorn --bind 0.0.0.0:8000 app:app"), [8000]],
    ["java", bash("java -jar app.jar --server.port=8085"), [8085]],
    ["this machine only", bash("cat > a.conf <<EOF", "listen 127.0.0.1:9000;", "EOF"), []],
    ["a port by a variable", bash("cat > a.conf <<EOF", "listen $PORT;", "listen 80;", "EOF"), []],
    ["the host's network", bash("docker run --network host -p 80:80 app"), []],
    ["what came from a bucket", bash("aws s3 cp s3://b/app /srv/app", "python3 -m http.server 9000 &"), []],
    [
      "a port that packets are led to",
      bash(
        "iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-port 8080",
        "python3 -m http.server 8080 &",
      ),
      [],
    ],
    ["nothing visible", bash("systemctl start app"), []],
    ["what never runs", "\n#!/bin/bash\npython3 -m http.server 8000", []],
  ])("%s", (_, userData, expected) => {
    expect(portsOf(userData)).toEqual(expected);
  });
});

test("containers are those with a network of their own", () => {
  expect(usesContainers(bash("docker run -d app"))).toBe("docker run");
  expect(usesContainers(bash("echo ECS_CLUSTER=web >> /etc/ecs/ecs.config"))).toBe("the ECS agent");
  expect(usesContainers(bash("docker run --network=host app"))).toBeUndefined();
  expect(usesContainers(bash("yum install -y httpd"))).toBeUndefined();
});

test("what an application answers is reported if the text says so", () => {
  const nginx = bash(
    "yum install -y nginx",
    "cat > a.conf <<'EOF'",
    "server {",
    "  listen 8080;",
    "  location = /health { return 204; }",
    "  location / { return 301 https://$host$request_uri; }",
    "}",
    "EOF",
  );
  expect(answersWith(nginx, "/health?deep=1")).toBe(204);
  expect(answersWith(nginx, "/")).toBeUndefined();
  expect(answersWithHttpsRedirect(nginx)).toBe(true);
  expect(answersWithHttpsRedirect(nginx.replace("location /", "if ($http_x_forwarded_proto = http) {"))).toBe(false);
  expect(answersTls(nginx, 8080)).toBe(false);
  expect(answersTls(nginx.replace("listen 8080", "listen 8080 ssl"), 8080)).toBe(true);
  expect(answersTls(nginx, 80)).toBeUndefined();
});

test("hostile texts are read in a moment", () => {
  const parts = [
    "docker ",
    "curl http ",
    "a",
    " ",
    "listen ",
    "s/",
    "docker -p",
    "install ",
    "- ",
    "<<A\n",
    "\\\n",
    "gunicorn -p",
    "yum -x ",
    "aws --a ",
    "rewrite a ",
    "nc -l",
    "-m http.server -a ",
    "git clone ",
    "docker compose -f x ",
    "cat <<A > x\n",
    "\n",
    "a:\n",
    "- |\n",
  ];
  const start = process.cpuUsage();
  for (const part of parts) {
    for (const head of ["#!/bin/bash\n", "#cloud-config\n", "", "MIME-Version: 1.0\nboundary=x\n--x\n\n#!/bin/sh\n"]) {
      const text = head + part.repeat(100_000 / part.length);
      [runs, installs, portsOf, usesContainers, answersWithHttpsRedirect].forEach((read) => read(text));
      answersTls(text, 80);
      answersWith(text, "/x");
    }
  }
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6 / parts.length).toBeLessThan(1);
});

test.each([
  [
    "yum install -y https://s3.us-east-1.amazonaws.com/amazon-ssm-us-east-1/latest/linux_amd64/amazon-ssm-agent.rpm",
    ["s3"],
  ],
  ["dnf install -y https://bucket.s3.us-east-1.amazonaws.com/x.rpm", ["s3"]],
  ["yum install -y https://example.com/x.rpm", ["internet"]],
  ["pip install --no-index --find-links=/srv/wheels app", []],
  ["npm ci --offline", []],
  ["apt-get install --no-download nginx", []],
  ["pip install app", ["internet"]],
])("%s fetches from %j", (command, expected) => {
  expect(installs(`#!/bin/bash\n${command}\n`).map(({ from }) => from)).toEqual(expected);
});
