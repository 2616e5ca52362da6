// Draws figures (src/Collab.Plots/Figures) with echarts. A figure stands as JSON in an attribute; its words come from the server. Nothing that comes from data
// becomes markup: tips are drawn as text, and no label has a template.

// Okabe and Ito's colours, which most people with a colour deficiency can tell apart; besides, lines differ by dash and points by shape.
const palettes = {
  light: ['#0072b2', '#d55e00', '#00795a', '#a8477f', '#8a6100', '#2b2f36'],
  dark: ['#56b4e9', '#f0a34a', '#3fc79a', '#e39ac3', '#f0e442', '#d6d9de'],
};
const dashes = ['solid', 'dashed', 'dotted', [12, 4, 3, 4], [3, 3], [16, 4]];
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin'];

function isDark(element) {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function looks(element) {
  const style = getComputedStyle(element);
  const dark = isDark(element);
  return {
    colours: dark ? palettes.dark : palettes.light,
    ink: style.color,
    line: dark ? '#4a4f57' : '#d3d6db',
    soft: dark ? '#a9afb8' : '#555b63',
    paper: dark ? '#24272c' : '#ffffff',
    withheld: dark ? '#6d737c' : '#a9afb8',
    font: style.fontFamily,
  };
}

function axis(look, more) {
  return {
    nameLocation: 'middle', nameTextStyle: { color: look.ink }, axisLine: { lineStyle: { color: look.soft } }, axisLabel: { color: look.ink, hideOverlap: true },
    splitLine: { lineStyle: { color: look.line } }, ...more,
  };
}

const range = (of) => (of ? { min: of[0], max: of[1] } : {});
const title = (text, look) => ({ text: '', show: false, textStyle: { color: look.ink } });

function base(figure, look) {
  return {
    animation: false, backgroundColor: 'transparent', color: look.colours, textStyle: { fontFamily: look.font, color: look.ink }, title: title(figure.title, look),
    tooltip: {
      renderMode: 'richText', confine: true, backgroundColor: look.paper, borderColor: look.soft, textStyle: { color: look.ink, fontFamily: look.font },
      formatter: (of) => of.data?.tip ?? '',
    },
    legend: figure.series.filter((s) => s.name).length > 1
      ? { type: 'scroll', top: 0, left: 0, textStyle: { color: look.ink }, data: figure.series.map((s) => s.name), selectedMode: false }
      : { show: false },
    grid: { left: 72, right: 28, top: 40, bottom: 58, outerBoundsMode: 'none' },
  };
}

function lines(figure, look) {
  return figure.lines.map((line) => ({
    type: 'line', name: line.name, silent: true, symbol: 'none', z: 1, lineStyle: { color: look.soft, type: [5, 4], width: 1.5 },
    data: [line.from, line.to].map(([x, y], i) => [x, y ?? (i ? figure.upRange?.[1] ?? 1 : figure.upRange?.[0] ?? 0)]),
    endLabel: { show: !!line.name, formatter: () => line.name, color: look.soft, align: 'right', verticalAlign: 'bottom', offset: [0, -8] },
  }));
}

const shapes = {
  bars(figure, look) {
    const points = figure.series[0].points;
    const most = Math.max(1, ...points.map((p) => p.y ?? 0));
    const few = points.length <= 24;
    return {
      xAxis: axis(look, { type: 'category', data: points.map((p) => p.name), name: figure.across, nameGap: 32, axisLabel: { color: look.ink, hideOverlap: true, interval: few ? 0 : 'auto', rotate: points.length > 8 ? 40 : 0 } }),
      yAxis: axis(look, { type: 'value', name: figure.up, nameGap: 52, minInterval: 1 }),
      series: [
        {
          type: 'bar', barCategoryGap: '6%', barGap: '-100%', data: points.map((p) => ({ value: p.y, tip: p.tip })),
          label: { show: few, position: 'top', color: look.ink, formatter: (of) => (of.value == null ? '' : of.value.toLocaleString('en')) },
        },
        {
          // Withheld: hatched over the whole height, which says nothing.
          type: 'bar', barCategoryGap: '6%', data: points.map((p) => (p.y == null ? { value: most, tip: p.tip } : { value: null })),
          itemStyle: {
            color: 'transparent', borderColor: look.withheld, borderWidth: 1,
            decal: { symbol: 'rect', color: look.withheld, dashArrayX: [1, 0], dashArrayY: [2, 6], rotation: Math.PI / 4 },
          },
        },
      ],
    };
  },

  ranking(figure, look) {
    const points = figure.series[0].points;
    return {
      grid: { left: 12, right: 56, top: 12, bottom: 34, containLabel: true },
      xAxis: axis(look, { type: 'value', name: figure.across, nameGap: 28 }),
      yAxis: axis(look, { type: 'category', inverse: true, data: points.map((p) => p.name), axisLabel: { color: look.ink, width: 200, overflow: 'truncate' }, splitLine: { show: false } }),
      series: [{ type: 'bar', barMaxWidth: 18, data: points.map((p) => ({ value: p.y, tip: p.tip })), label: { show: true, position: 'right', color: look.ink, formatter: (of) => (+of.value).toPrecision(3) } }],
    };
  },

  steps(figure, look) {
    const series = [];
    figure.series.forEach((of, i) => {
      const banded = of.points.every((p) => p.low != null && p.high != null);
      if (banded) {
        const hidden = { type: 'line', step: 'end', symbol: 'none', silent: true, stack: `band-${i}`, stackStrategy: 'all', lineStyle: { opacity: 0 }, tooltip: { show: false } };
        series.push({ ...hidden, data: of.points.map((p) => [p.x, p.low]) });
        series.push({ ...hidden, data: of.points.map((p) => [p.x, p.high - p.low]), areaStyle: { color: look.colours[i % 6], opacity: 0.16 } });
      }
      series.push({
        type: 'line', step: 'end', name: of.name, z: 3, symbol: symbols[i % 6], symbolSize: of.points.length > 60 ? 0 : 6, color: look.colours[i % 6],
        lineStyle: { width: 2, type: dashes[i % 6] }, data: of.points.map((p) => ({ value: [p.x, p.y], tip: `${of.name}\n${p.tip}` })),
      });
    });
    return {
      xAxis: axis(look, { type: 'value', name: figure.across, nameGap: 28, ...range(figure.acrossRange) }),
      yAxis: axis(look, { type: 'value', name: figure.up, nameGap: 44, ...range(figure.upRange) }),
      series,
    };
  },

  intervals(figure, look) {
    const points = figure.series[0].points;
    const scale = figure.isLogarithmic ? Math.log : (x) => x;
    const back = figure.isLogarithmic ? Math.exp : (x) => x;
    const [from, to] = figure.acrossRange;
    const clamp = (x) => scale(Math.min(to, Math.max(from, x)));
    const ticks = figure.acrossTicks.map(scale);
    const short = (x) => +back(x).toPrecision(4);
    return {
      grid: { left: 12, right: 28, top: 16, bottom: 34, containLabel: true, outerBoundsMode: 'same', outerBoundsContain: 'all' },
      xAxis: axis(look, {
        type: 'value', min: scale(from), max: scale(to), name: figure.across, nameGap: 28, splitLine: { show: false },
        axisTick: { customValues: ticks }, axisLabel: { color: look.ink, customValues: ticks, formatter: (x) => `${short(x)}` },
      }),
      yAxis: axis(look, { type: 'category', inverse: true, data: points.map((p) => p.name), axisLabel: { color: look.ink, width: 220, overflow: 'truncate' }, splitLine: { show: false } }),
      series: [{
        type: 'custom', data: points.map((p, i) => ({ value: [p.x ?? NaN, i, p.low ?? NaN, p.high ?? NaN], tip: p.tip })), encode: { x: [0], y: 1 },
        renderItem(_, api) {
          const [x, row, low, high] = [0, 1, 2, 3].map((d) => api.value(d));
          if (![x, low, high].every(Number.isFinite)) return null;
          const at = (value) => api.coord([clamp(value), row]);
          const [left, y] = at(low);
          const [right] = at(high);
          const [middle] = at(x);
          const stroke = { stroke: look.ink, lineWidth: 1.5 };
          return {
            type: 'group', children: [
              { type: 'line', shape: { x1: left, y1: y, x2: right, y2: y }, style: stroke },
              { type: 'line', shape: { x1: left, y1: y - 4, x2: left, y2: y + 4 }, style: stroke },
              { type: 'line', shape: { x1: right, y1: y - 4, x2: right, y2: y + 4 }, style: stroke },
              { type: 'rect', shape: { x: middle - 5, y: y - 5, width: 10, height: 10 }, style: { fill: look.colours[0] } },
            ],
          };
        },
        markLine: { silent: true, symbol: 'none', lineStyle: { color: look.soft, type: [5, 4] }, label: { show: false }, data: figure.lines.map((line) => ({ xAxis: scale(line.from[0]) })) },
      }],
    };
  },

  points(figure, look) {
    return {
      xAxis: axis(look, { type: 'value', name: figure.across, nameGap: 28, ...range(figure.acrossRange) }),
      yAxis: axis(look, { type: 'value', name: figure.up, nameGap: 48, scale: true, ...range(figure.upRange) }),
      series: [
        ...lines(figure, look),
        ...figure.series.map((of, i) => ({
          type: 'line', name: of.name, z: 3, symbol: symbols[i % 6], symbolSize: 7, color: look.colours[i % 6], lineStyle: { width: 2, type: dashes[i % 6] },
          data: of.points.map((p) => ({ value: [p.x, p.y], tip: of.name ? `${of.name}\n${p.tip}` : p.tip })),
        })),
      ],
    };
  },

  profiles(figure, look) {
    const names = figure.series[0].points.map((p) => p.name);
    return {
      parallelAxis: names.map((name, dim) => ({ dim, name, nameTextStyle: { color: look.ink, width: 120, overflow: 'truncate' }, axisLine: { lineStyle: { color: look.soft } }, axisLabel: { color: look.ink }, scale: true, nameTruncate: { maxWidth: 120 } })),
      parallel: { left: 60, right: 90, top: 64, bottom: 24 },
      series: figure.series.map((of, i) => ({
        type: 'parallel', name: of.name, silent: false, color: look.colours[i % 6], lineStyle: { width: 2.5, type: dashes[i % 6], opacity: 1, color: look.colours[i % 6] },
        data: [{ value: of.points.map((p) => p.y), tip: of.points.map((p) => p.tip).join('\n') }],
      })),
    };
  },

  flow(figure, look) {
    const links = figure.series[0].points;
    const names = [...new Set(links.flatMap((p) => [p.name, p.to]))];
    return {
      series: [{
        type: 'sankey', left: 8, right: 150, top: 12, bottom: 12, nodeAlign: 'left', nodeGap: 14, draggable: false, emphasis: { focus: 'adjacency' },
        data: names.map((name, i) => ({ name, tip: name, itemStyle: { color: look.colours[i % 6] } })),
        links: links.map((p) => ({ source: p.name, target: p.to, value: p.y, tip: p.tip })),
        label: { color: look.ink, overflow: 'truncate', width: 140, formatter: (of) => of.name }, lineStyle: { color: 'source', opacity: 0.35 },
      }],
    };
  },
};

function height(figure) {
  const rows = figure.series[0]?.points.length ?? 0;
  if (figure.shape === 'ranking' || figure.shape === 'intervals') return Math.max(160, 84 + rows * 28);
  return figure.shape === 'flow' ? Math.min(720, Math.max(260, rows * 34)) : 380;
}

function draw(element) {
  const figure = JSON.parse(element.dataset.figure);
  element.style.height = `${height(figure)}px`;
  const chart = globalThis.echarts.init(element, null, { renderer: 'svg' });
  const show = () => {
    const look = looks(element);
    chart.setOption({ ...base(figure, look), ...shapes[figure.shape](figure, look) }, { notMerge: true });
  };
  show();
  new ResizeObserver(() => chart.resize()).observe(element);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
  element.dataset.drawn = 'true';
}

if (globalThis.echarts) document.querySelectorAll('[data-figure]').forEach(draw);
