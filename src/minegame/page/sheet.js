// A table of text; numbers stand to the right.
export default {
  props: { title: String, head: Array, rows: Array, numeric: Array, note: String },
  template: `
    <div class="sheet" v-if="rows.length" tabindex="0" role="region" :aria-label="title">
      <table>
        <caption>{{ title }}</caption>
        <thead><tr><th v-for="(cell, n) in head" :key="n" scope="col" :class="{ number: numeric[n] }">{{ cell }}</th></tr></thead>
        <tbody><tr v-for="(row, m) in rows" :key="m"><td v-for="(cell, n) in row" :key="n" :class="{ number: numeric[n] }">{{ cell }}</td></tr></tbody>
      </table>
      <p v-if="note" class="small">{{ note }}</p>
    </div>`,
};
