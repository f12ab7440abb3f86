// One value of the scenario: a slider with a box for its number, or a choice.  Text is bound, never parsed as HTML.
export default {
  props: {
    path: String, label: String, unit: String, meaning: String, allowed: String, source: String, status: String,
    written: null, value: null, low: Number, high: Number, least: Number, most: Number, step: null, choices: Array,
    note: String, version: Number,
  },
  emits: ["moved"],
  data() {
    return { now: this.value, text: null }; // text: what is being typed and not yet taken over
  },
  watch: {
    version() {
      this.now = this.value;
      this.text = null;
    },
  },
  computed: {
    changed() {
      return this.now !== this.written;
    },
  },
  methods: {
    move(value) {
      this.now = value;
      this.$emit("moved", value);
    },
    typed(text) {
      this.text = null;
      const value = parseFloat(text);
      if (Number.isFinite(value)) this.move(value);
    },
    said(value) {
      return value === null ? "none" : String(value);
    },
  },
  template: `
    <div class="entry" :class="{ changed, outside: note }" :data-path="path">
      <div class="head">
        <label :for="'v-' + $.uid">{{ label }}</label>
        <button v-if="changed" type="button" class="back" :aria-label="'Back to ' + said(written) + ': ' + label"
          @click="move(written)">was {{ said(written) }} ↺</button>
      </div>
      <div class="dials" v-if="choices.length">
        <select :id="'v-' + $.uid" :value="now" @change="move($event.target.value)">
          <option v-for="choice in choices" :key="choice" :value="choice">{{ choice.replaceAll("_", " ") }}</option>
        </select>
      </div>
      <div class="dials" v-else>
        <input type="range" :min="low" :max="high" :step="step" :value="now" :aria-label="label"
          :aria-valuetext="said(now) + ' ' + unit" @input="typed($event.target.value)" />
        <input type="number" :id="'v-' + $.uid" :min="least" :max="most" step="any" :value="text ?? now"
          @input="text = $event.target.value" @change="typed($event.target.value)" />
        <span class="unit">{{ unit }}</span>
      </div>
      <p class="note" role="alert" v-if="note">{{ note }}</p>
      <details>
        <summary>{{ status }}<span v-if="allowed"> · {{ allowed }}</span></summary>
        <p>{{ meaning }} <code>{{ path }}</code></p>
        <p v-if="source">{{ source }}</p>
      </details>
    </div>`,
};
