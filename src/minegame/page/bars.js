// Chances as bars with their intervals, a group an outcome; every number stands beside its bar as text.
export default {
  props: { groups: Array },
  methods: {
    percent(share) {
      return (100 * (share || 0)).toFixed(3) + "%";
    },
    whisker(bar) {
      return { left: this.percent(bar.low), width: this.percent(Math.max(bar.high - bar.low, 0.001)) };
    },
  },
  template: `
    <div class="bars">
      <p class="small key" v-if="groups.length">Light: wins.<i class="won"></i> Dark: wins and builds, of value.<i class="built"></i>
        The black mark is the interval.</p>
      <section v-for="group in groups" :key="group.title" class="group">
        <h3>{{ group.title }}</h3>
        <div v-for="(bar, n) in group.bars" :key="bar.name" class="bar" :class="'policy-' + Math.min(n, 3)"
          :data-policy="bar.name" :data-estimate="bar.estimate">
          <span class="name">{{ bar.name }}</span>
          <span class="track" aria-hidden="true">
            <i class="won" :style="{ width: percent(bar.estimate) }"></i>
            <i class="built" v-if="bar.built !== null" :style="{ width: percent(bar.built) }"></i>
            <i class="whisker" v-if="bar.low !== null" :style="whisker(bar)"></i>
          </span>
          <span class="text"><b>{{ bar.text }}</b><span v-if="bar.builtText" class="builds"> builds {{ bar.builtText }}</span></span>
        </div>
        <p v-for="change in group.changes" :key="change" class="change">{{ change }}</p>
      </section>
    </div>`,
};
