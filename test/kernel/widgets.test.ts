// The widget protocol 2.1 from cells: models on the page and in the session stay the same, observers hear of changes,
// Output captures, interact builds controls. The page is played by the project's own client.
import { describe, expect, it } from 'vitest';
import type { ExecuteResult } from '../../kernel/protocol/client.js';
import type { Json, Message } from '../../kernel/protocol/messages.js';
import { failure, printed, result, useKernel } from './session.js';

interface Model {
  id: string;
  state: Json;
}
type Outputs = { output_type: string; text?: string; data?: Json; ename?: string }[];

/** The models that messages open, by their names. */
function opened(messages: Message[]): Record<string, Model> {
  return Object.fromEntries(
    messages
      .filter(({ header }) => header.msg_type === 'comm_open')
      .map(({ content }) => {
        const { state } = content.data as { state: Json };
        return [String(state._model_name).replace(/Model$/, ''), { id: String(content.comm_id), state }];
      }),
  );
}

/** What messages say to a model, joined. */
function told(messages: Message[], id: string, method = 'update'): Json {
  const states = messages
    .filter(({ header, content }) => header.msg_type === 'comm_msg' && content.comm_id === id)
    .map(({ content }) => content.data as { method: string; state: Json })
    .filter((data) => data.method === method);
  return Object.assign({}, ...states.map(({ state }) => state));
}

const outputsOf = (messages: Message[], id: string) => told(messages, id).outputs as Outputs;
const textOf = (outputs: Outputs) =>
  outputs.map((each) => each.text ?? each.data?.['text/plain'] ?? each.ename).join('|');

describe('widgets', () => {
  const session = useKernel();
  const page = (id: string, state: Json, more: Json = {}, buffers: Buffer[] = []) =>
    session.kernel.comm(
      'comm_msg',
      { comm_id: id, data: { method: 'update', state, buffer_paths: [], ...more } },
      { buffers },
    );
  const custom = (id: string, content: Json) =>
    session.kernel.comm('comm_msg', { comm_id: id, data: { method: 'custom', content } });
  const make = async (code: string): Promise<{ models: Record<string, Model>; ran: ExecuteResult }> => {
    const ran = await session.run(code);
    if (ran.reply.status !== 'ok') throw new Error(JSON.stringify(ran.reply));
    return { models: opened(ran.messages), ran };
  };

  it('a slider opens its model with layout and style, and shows its view', async () => {
    const { models, ran } = await make(
      "const slider = new widgets.IntSlider({ value: 5, max: 10, description: 'n' }); slider",
    );
    const { IntSlider, Layout, SliderStyle } = models;
    expect(IntSlider.state).toMatchObject({
      _model_module: '@jupyter-widgets/controls',
      _model_module_version: '2.0.0',
      _view_name: 'IntSliderView',
      value: 5,
      max: 10,
      description: 'n',
      layout: `IPY_MODEL_${Layout.id}`,
      style: `IPY_MODEL_${SliderStyle.id}`,
    });
    const open = ran.messages.find(({ content }) => content.comm_id === IntSlider.id);
    expect(open?.metadata).toEqual({ version: '2.1.0' });
    const shown = ran.outputs[0] as unknown as { data: Json };
    expect(shown.data).toEqual({
      'application/vnd.jupyter.widget-view+json': {
        version_major: 2,
        version_minor: 0,
        model_id: IntSlider.id,
      },
      'text/plain': "IntSlider { description: 'n', value: 5, max: 10 }",
    });
  });

  it('an assignment goes to the page, a change of the page into the session, and it is echoed', async () => {
    const { models } = await make('const s = widgets.IntSlider({ max: 10 })');
    const { id } = models.IntSlider;
    const ran = await session.run(
      "s.observe(({ name, old, new: now }) => print(name, old, now), 'value'); s.value = 7",
    );
    expect(told(ran.messages, id)).toEqual({ value: 7 });
    expect(printed(ran)).toBe('value 0 7\n');
    const moved = await page(id, { value: 3 });
    expect(told(moved, id, 'echo_update')).toEqual({ value: 3 });
    expect(told(moved, id)).toEqual({});
    expect(moved.map(({ content }) => content.text ?? '').join('')).toBe('value 7 3\n');
    expect(result(await session.run('s.value + 0'))).toBe('3');
    // What does not fit is put right, on the page too.
    expect(told(await page(id, { value: 99 }), id)).toEqual({ value: 10 });
  });

  it('keeps a value between min and max, and says what does not fit', async () => {
    expect(
      result(
        await session.run('const f = new widgets.FloatSlider({ min: 2, value: 50 }); f.max = 5; f.value'),
      ),
    ).toBe('5');
    const faults: [string, string][] = [
      ['f.min = 9', 'FloatSlider: min 9 is above max 5'],
      ["f.value = 'a' as never", "FloatSlider: value is 'a', not a number"],
      [
        'new widgets.IntSlider({ maxx: 3 } as never)',
        'IntSlider: there is no property "maxx". It has tooltip',
      ],
      ["new widgets.Dropdown({ options: ['a'], value: 'b' as never })", "Dropdown: value 'b' is none of 'a'"],
      ['interact(() => 1, { x: [3, 1] })', 'interact: x: [3, 1] has a min that is not below max'],
      ["widgets.link([f, 'value'], [f, 'valu' as never])", 'FloatSlider: there is no property "valu"'],
    ];
    for (const [code, message] of faults) expect(failure(await session.run(code)).evalue).toContain(message);
  });

  it('types are those of the values, literals included', async () => {
    const good = await session.run(
      "const d = new widgets.Dropdown({ options: ['sin', 'cos'] }); const v: 'sin' | 'cos' = d.value;\n" +
        'const m = new widgets.SelectMultiple({ options: [1, 2, 3] }); const many: readonly (1 | 2 | 3)[] = m.value;\n' +
        'const o = new widgets.Dropdown({ options: { one: 1, two: 2 } as const }); const n: 1 | 2 = o.value;\n' +
        'const w: widgets.Checkbox = new widgets.Checkbox(); const b: boolean = w.value; new widgets.HBox({ children: [d, m, new widgets.VBox({ children: [w, new widgets.Output()] })] }); w.layout.width = "50%"',
    );
    expect(good.reply.status).toBe('ok');
    for (const code of [
      "d.value = 'tan'",
      's.value = "3"',
      'new widgets.IntSlider({ maximum: 3 })',
      "w.observe(() => {}, 'val')",
    ]) {
      expect(failure(await session.run(code)).ename).toBe('TypeScriptError');
    }
    const typed = await session.run(
      "interact(({ k, on, t }) => { const kind: 'a' | 'b' = k; const yes: boolean = on; const x: number = t }, { k: ['a', 'b'], on: true, t: [0, 1, 0.1] })",
    );
    expect(typed.reply.status).toBe('ok');
    const names = (await session.kernel.complete('widgets.IntSl')).matches;
    expect(names).toContain('IntSlider');
    expect((await session.kernel.complete('slider.val')).matches).toContain('value');
  });

  it('choosing works by value, label and index, here and on the page', async () => {
    const { models } = await make(
      'const list = new widgets.Dropdown({ options: { one: 1, two: 2, three: 3 } })',
    );
    const { id, state } = models.Dropdown;
    expect(state).toMatchObject({ _options_labels: ['one', 'two', 'three'], index: 0 });
    expect(state).not.toHaveProperty('value');
    expect(told((await session.run('list.value = 3')).messages, id)).toEqual({ index: 2 });
    await session.run("list.observe(({ new: v }) => print('chosen', v), 'value')");
    const chosen = await page(id, { index: 1 });
    expect(chosen.map(({ content }) => content.text ?? '').join('')).toBe('chosen 2\n');
    expect(result(await session.run('[list.value, list.label, list.index]'))).toBe("[ 2, 'two', 1 ]");
    const { models: more } = await make(
      "const several = new widgets.SelectMultiple({ options: ['a', 'b', 'c'], value: ['b'] })",
    );
    expect(more.SelectMultiple.state.index).toEqual([1]);
    await page(more.SelectMultiple.id, { index: [0, 2] });
    expect(result(await session.run('several.value'))).toBe("[ 'a', 'c' ]");
  });

  it('every widget of the table opens a model that the page knows', async () => {
    const { models } = await make(
      'for (const [name, make] of Object.entries(widgets)) if (/^[A-Z]/.test(name) && !/^(Comm|Widget)$/.test(name)) new (make as any)()',
    );
    const names = Object.keys(models).filter((name) => !/Style$|^Layout$/.test(name));
    expect(names).toHaveLength(40);
    const views = ['ProgressView', 'IntTextView', 'FloatTextView'];
    for (const name of names) {
      const { state } = models[name];
      expect(state._view_name === `${name}View` || views.includes(String(state._view_name)), name).toBe(true);
    }
  });

  it('a click runs its handlers, with output in an Output widget, errors too', async () => {
    const { models } = await make(
      "const out = new widgets.Output(); const button = new widgets.Button({ description: 'go' }); let clicks = 0;\n" +
        "button.on_click(out.capture(() => { clicks++; print('click', clicks); if (clicks === 2) throw new RangeError('two') }))",
    );
    const first = await custom(models.Button.id, { event: 'click' });
    expect(textOf(outputsOf(first, models.Output.id))).toBe('click 1\n');
    expect(first.some(({ header }) => header.msg_type === 'stream')).toBe(false);
    const second = await custom(models.Button.id, { event: 'click' });
    expect(textOf(outputsOf(second, models.Output.id))).toBe('click 1\nclick 2\n|RangeError');
    const cleared = await session.run(
      "out.clear_output(); out.append_stdout('fresh'); out.append_display_data(html('<i>x</i>'))",
    );
    expect(textOf(outputsOf(cleared.messages, models.Output.id))).toBe('fresh|<i>x</i>');
    expect(result(await session.run('out.outputs.length'))).toBe('2');
    const later = await session.run(
      "out.outputs = []; await out.run(async () => { await null; print('late') })",
    );
    expect(textOf(outputsOf(later.messages, models.Output.id))).toBe('late\n');
  });

  it('what is shown in an Output widget is updated by its display handle', async () => {
    const { models } = await make(
      "const box = new widgets.Output(); const handle = box.run(() => display('a'))",
    );
    const ran = await session.run("handle!.update('b')");
    expect(textOf(outputsOf(ran.messages, models.Output.id))).toBe("'b'");
  });

  it('interact calls its function at once and with every change, and replaces what it showed', async () => {
    const { models, ran } = await make(
      "interact(({ n, word, on }) => { if (n > 0) print(word.repeat(n)); return on }, { n: [0, 3], word: 'ab', on: true })",
    );
    const { IntSlider, Text, Checkbox, Output, VBox } = models;
    expect(IntSlider.state).toMatchObject({ min: 0, max: 3, value: 1, description: 'n' });
    expect(VBox.state.children).toEqual(
      [IntSlider, Text, Checkbox, Output].map(({ id }) => `IPY_MODEL_${id}`),
    );
    expect(textOf(outputsOf(ran.messages, Output.id))).toBe('ab\n|true');
    expect(textOf(outputsOf(await page(IntSlider.id, { value: 3 }), Output.id))).toBe('ababab\n|true');
    expect(textOf(outputsOf(await page(Checkbox.id, { value: false }), Output.id))).toBe('ababab\n|false');
    // Showing nothing leaves nothing of before.
    await session.run(
      "interact(({ n }) => { if (n === 1) print('one') }, { n: widgets.Dropdown({ options: [1, 2], description: 'k' }) })",
    );
    const quiet = await make("interact(({ n }) => { if (n === 1) print('one') }, { n: [0, 2] })");
    expect(textOf(outputsOf(quiet.ran.messages, quiet.models.Output.id))).toBe('one\n');
    expect(outputsOf(await page(quiet.models.IntSlider.id, { value: 2 }), quiet.models.Output.id)).toEqual(
      [],
    );
  });

  it('interact with a chart sends the figure, and the chart library once, outside', async () => {
    const { models, ran } = await make('interact(({ n }) => plot.line([0, n]), { n: [0, 4] })');
    const sizes = ran.messages.map(({ content }) => JSON.stringify(content).length);
    expect(sizes.filter((size) => size > 1e6)).toHaveLength(1);
    const moved = await page(models.IntSlider.id, { value: 4 });
    const [output] = outputsOf(moved, models.Output.id);
    expect(output.data).toMatchObject({ 'application/vnd.plotly.v1+json': { data: [{ y: [0, 4] }] } });
    expect(JSON.stringify(moved.map(({ content }) => content)).length).toBeLessThan(100_000);
  });

  it('linked properties follow each other', async () => {
    const { models } = await make(
      "const a = new widgets.IntSlider({ value: 4 }), t = new widgets.IntText(); const tied = widgets.link([a, 'value'], [t, 'value']); widgets.jslink([a, 'value'], [t, 'value'])",
    );
    expect(told(await page(models.IntText.id, { value: 9 }), models.IntSlider.id)).toEqual({ value: 9 });
    expect(models.Link.state).toMatchObject({
      source: [`IPY_MODEL_${models.IntSlider.id}`, 'value'],
      target: [`IPY_MODEL_${models.IntText.id}`, 'value'],
    });
    expect(result(await session.run('tied.unlink(); a.value = 1; t.value'))).toBe('9');
  });

  it('binary state travels in buffers, dates as the page writes them', async () => {
    const { messages } = await session.run(
      "const image = new widgets.Image({ value: new Uint8Array([1, 2]) }); const day = new widgets.DatePicker({ value: new Date('2026-03-04') })",
    );
    const open = messages.find(
      ({ content }) => (content.data as { state?: Json })?.state?._model_name === 'ImageModel',
    );
    expect((open as Message).content.data).toHaveProperty('buffer_paths', [['value']]);
    expect([...(open?.buffers[0] ?? [])]).toEqual([1, 2]);
    const { DatePicker, Image } = opened(messages);
    expect(DatePicker.state.value).toEqual({ year: 2026, month: 2, date: 4 });
    await page(DatePicker.id, { value: { year: 2020, month: 0, date: 31 } });
    await page(Image.id, {}, { buffer_paths: [['value']] }, [Buffer.from([7, 8, 9])]);
    expect(result(await session.run('[day.value!.toISOString().slice(0, 10), [...image.value]]'))).toBe(
      "[ '2020-01-31', [ 7, 8, 9 ] ]",
    );
  });

  it('a widget of one’s own has its state, its module and its messages', async () => {
    const { models } = await make(
      "const own = widgets.anywidget({ esm: 'export default { render() {} }', css: '.a{}', count: 1, list: ['a'] }); const c: number = own.count; own.on_msg((content) => own.send({ pong: content }))",
    );
    expect(models.Any.state).toMatchObject({
      _model_module: 'anywidget',
      _esm: 'export default { render() {} }',
      _css: '.a{}',
      count: 1,
    });
    await page(models.Any.id, { count: 5 });
    expect(result(await session.run('own.count'))).toBe('5');
    const answered = await custom(models.Any.id, { ping: 1 });
    expect(answered.find(({ header }) => header.msg_type === 'comm_msg')?.content.data).toEqual({
      method: 'custom',
      content: { pong: { ping: 1 } },
    });
  });

  it('a page that is opened later asks for all models', async () => {
    const { models } = await make("const kept = new widgets.Text({ value: 'kept' })");
    await session.kernel.comm('comm_open', { comm_id: 'control', target_name: 'jupyter.widget.control' });
    const answered = await session.kernel.comm('comm_msg', {
      comm_id: 'control',
      data: { method: 'request_states' },
    });
    const answer = answered.find(({ header }) => header.msg_type === 'comm_msg') as Message;
    const { states } = answer.content.data as {
      states: Record<string, { model_name: string; state: Json }>;
    };
    expect(states[models.Text.id]).toMatchObject({ model_name: 'TextModel', state: { value: 'kept' } });
    const { models: gone } = await make('const brief = new widgets.Text(); brief.close()');
    const info = await session.kernel.request('shell', 'comm_info_request', {
      target_name: 'jupyter.widget',
    });
    expect(Object.keys(info.content.comms as Json)).toContain(models.Text.id);
    expect(Object.keys(info.content.comms as Json)).not.toContain(gone.Text.id);
  });

  it('a handler that never ends can be interrupted, and the widget works on', async () => {
    const { models } = await make(
      "const stuck = new widgets.IntSlider(); let loop = true; stuck.observe(() => { print('in'); while (loop); }, 'value')",
    );
    const begun = new Promise<void>((resolve) => {
      session.kernel.onIopub = ({ content }) => {
        if (content.text === 'in\n') resolve();
      };
    });
    const moved = page(models.IntSlider.id, { value: 1 });
    await begun;
    session.kernel.onIopub = undefined;
    await session.kernel.interrupt();
    expect((await moved).find(({ header }) => header.msg_type === 'error')?.content.ename).toBe(
      'Interrupted',
    );
    expect(told((await session.run('loop = false; stuck.value = 8')).messages, models.IntSlider.id)).toEqual({
      value: 8,
    });
  });
});
