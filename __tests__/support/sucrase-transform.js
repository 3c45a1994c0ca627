// Tests run through the same TypeScript transformation as the program; types are checked by tsc, apart.
const { transform } = require("sucrase");

// cdktf calls util.isArray, and Node 22 and later print a warning for it on the stderr of the first test. cdktf.json
// also runs the app without the warning.
process.noDeprecation = true;

module.exports = {
  process(source, filePath) {
    return transform(source, {
      transforms: ["typescript", "imports"],
      filePath,
      preserveDynamicImport: true,
      disableESTransforms: true,
    });
  },
};
