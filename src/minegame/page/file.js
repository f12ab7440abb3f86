// A file that is read in the browser and sent as text.
export default {
  props: { label: String },
  emits: ["chosen"],
  methods: {
    async read(event) {
      const file = event.target.files[0];
      if (!file) return;
      const large = file.size > 1000000;
      this.$emit("chosen", { name: file.name, text: large ? null : await file.text() });
      event.target.value = "";
    },
  },
  template: `<label class="field file">{{ label }} <input type="file" accept=".yaml,.yml" @change="read" /></label>`,
};
