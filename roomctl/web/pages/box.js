// What the host draws: put in its place at once, or when nobody composes or presses in it any more (see still.js).
export default {
  template: `<component :is="tag" data-box></component>`,
  props: { innerHTML: String, sanitize: Boolean, tag: String },
  created() { this.drawn = null; },
  mounted() { this.draw(); },
  updated() { if (this.innerHTML !== this.drawn) rcStill.when(this.$el, this.draw); },
  methods: {
    draw() {
      if (this.innerHTML !== this.drawn) this.$el.innerHTML = this.drawn = this.innerHTML;
    },
  },
};
