// Tests run through the same TypeScript transformation as the program; types are checked by tsc, apart.
const { transform } = require("sucrase");

// cdktf calls util.isArray, of which Node 22 and later warn on the stderr of whichever test is first; cdktf.json runs
// the app without, too.
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
