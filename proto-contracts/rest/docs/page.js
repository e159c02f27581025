'use strict';
// Shows the contract and lets one try it. Everything is put into the page as
// text, never as markup. The token stays in the input field.
(() => {
  const byId = (id) => document.getElementById(id);
  let contract;

  // make('p', {id: 'x'}, 'text', node …) is an element with attributes and children.
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
    }
    element.append(...children.filter((child) => child !== undefined && child !== null));
    return element;
  }

  // prose turns `code` and lines that begin with "- " into elements.
  function prose(text) {
    const inline = (line) => line.split('`').map((part, i) => (i % 2 ? make('code', {}, part) : part));
    const box = make('div');
    let list;
    for (const line of String(text || '').split('\n').filter(Boolean)) {
      if (line.startsWith('- ')) {
        if (!list) box.append((list = make('ul')));
        list.append(make('li', {}, ...inline(line.slice(2))));
      } else {
        list = undefined;
        box.append(make('p', {}, ...inline(line)));
      }
    }
    return box;
  }

  // resolve follows $ref within the contract.
  function resolve(value) {
    if (!value || !value.$ref) return value || {};
    const found = value.$ref.slice(2).split('/').reduce(
      (at, step) => (at || {})[step.replaceAll('~1', '/').replaceAll('~0', '~')], contract);
    const { $ref, ...own } = value;
    return { ...resolve(found), ...own };
  }

  const refName = (schema) => (schema && schema.$ref ? schema.$ref.split('/').pop() : '');

  // example is a value that the schema allows, for reading and as a start for trying.
  function example(schema, depth = 0) {
    const s = resolve(schema);
    if (s.example !== undefined) return s.example;
    if (s.const !== undefined) return s.const;
    if (s.default !== undefined) return s.default;
    if (s.enum) return s.enum[0];
    const type = Array.isArray(s.type) ? s.type[0] : s.type;
    if (depth > 6) return null;
    if (type === 'array') return [example(s.items, depth + 1)];
    if (s.properties) {
      return Object.fromEntries(Object.entries(s.properties).map(([k, v]) => [k, example(v, depth + 1)]));
    }
    return { string: 'text', integer: s.minimum || 0, number: 0, boolean: true }[type] ?? null;
  }

  // kind says in words what a schema allows.
  function kind(schema) {
    const s = resolve(schema);
    const words = [refName(schema) || [].concat(s.type || 'any').join(' or ')];
    if (s.items) words.push(`of ${refName(s.items) || [].concat(resolve(s.items).type).join(' or ')}`);
    if (s.const !== undefined) words.push(`= ${JSON.stringify(s.const)}`);
    if (s.enum) words.push(`one of ${s.enum.map((v) => JSON.stringify(v)).join(', ')}`);
    for (const [key, word] of Object.entries({ minimum: '≥', maximum: '≤', minLength: 'length ≥', maxLength: 'length ≤', maxItems: 'items ≤', pattern: 'like', default: 'default' })) {
      if (s[key] !== undefined) words.push(`${word} ${s[key]}`);
    }
    return words.join(', ');
  }

  function table(caption, heads, rows) {
    if (!rows.length) return undefined;
    return make('table', {},
      make('caption', {}, caption),
      make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', { scope: 'col' }, head)))),
      make('tbody', {}, ...rows.map((cells) => make('tr', {}, ...cells.map((cell) => make('td', {}, cell))))));
  }

  // shape is the table of a schema's fields, with the shapes inside it folded.
  function shape(schema, depth = 0) {
    const s = resolve(schema);
    if (s.items) return shape(s.items, depth);
    if (s.allOf) return shape(s.allOf[0], depth);
    if (!s.properties || depth > 4) return undefined;
    return table('Fields', ['field', 'type', 'meaning'], Object.entries(s.properties).map(([name, property]) => {
      const inner = shape(property, depth + 1);
      const meaning = make('div', {}, prose(resolve(property).description));
      if (inner) meaning.append(make('details', {}, make('summary', {}, 'Fields'), inner));
      return [make('code', {}, name + ((s.required || []).includes(name) ? '' : '?')), kind(property), meaning];
    }));
  }

  const json = (value) => make('pre', { tabindex: 0 }, JSON.stringify(value, null, 2));

  function answer(status, reference) {
    const response = resolve(reference);
    const box = make('details', {}, make('summary', {}, `${status} `, make('span', {}, response.description.split('\n')[0].replaceAll('`', ''))));
    box.append(prose(response.description));
    const headers = Object.entries(response.headers || {}).map(([name, header]) => [
      make('code', {}, name), resolve(header).required ? 'always' : 'sometimes', prose(resolve(header).description)]);
    box.append(table('Headers', ['header', 'present', 'meaning'], headers) || '');
    for (const [type, media] of Object.entries(response.content || {})) {
      box.append(make('h4', {}, type), shape(media.schema) || '');
      if (type === 'application/json' && status < 300) box.append(json(example(media.schema)));
    }
    return box;
  }

  // tryForm builds the form that sends a real request to this service.
  function tryForm(path, method, operation, parameters) {
    const body = resolve(operation.requestBody).content || {};
    const result = make('div', { 'aria-live': 'polite' });
    const inputs = parameters.map((parameter) => {
      const schema = resolve(parameter.schema);
      const input = schema.enum
        ? make('select', {}, make('option', { value: '' }, ''), ...schema.enum.map((v) => make('option', {}, String(v))))
        : make('input', { type: 'text', required: parameter.required, value: parameter.in === 'path' ? String(parameter.example ?? '') : undefined });
      return { parameter, input };
    });
    const text = body['application/json'] && make('textarea', { spellcheck: 'false' });
    if (text) text.value = JSON.stringify(example(body['application/json'].schema), null, 2);
    const file = body['multipart/form-data'] && make('input', { type: 'file', required: true });
    const form = make('form', {},
      make('h3', {}, 'Try it'),
      ...inputs.map(({ parameter, input }) => make('label', {}, `${parameter.name} (${parameter.in}${parameter.required ? '' : ', optional'})`, input)),
      text && make('label', {}, 'Body', text), file && make('label', {}, 'File', file),
      make('button', { type: 'submit' }, 'Send'), result);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      send(path, method, inputs, text ? text.value : undefined, file, result);
    });
    return form;
  }

  async function send(path, method, inputs, text, file, result) {
    const query = new URLSearchParams();
    const headers = {};
    let target = path;
    for (const { parameter, input } of inputs) {
      if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value === '') continue;
      else if (parameter.in === 'query') query.set(parameter.name, input.value);
      else headers[parameter.name] = input.value;
    }
    const token = byId('token').value.trim();
    if (token) headers.Authorization = `Bearer ${token.replace(/^(Bearer\s+)+/i, '')}`;
    let body = text;
    if (text !== undefined) headers['Content-Type'] = 'application/json';
    if (file) { body = new FormData(); body.append('image', file.files[0]); }
    if (String(query)) target += `?${query}`;
    result.replaceChildren(make('p', {}, `${method.toUpperCase()} ${target} …`));
    try {
      const response = await fetch(target, { method: method.toUpperCase(), headers, body, credentials: 'same-origin', signal: AbortSignal.timeout(20000) });
      const got = (response.headers.get('Content-Type') || '').startsWith('image/') ? '(a picture)' : await response.text();
      const shown = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
      result.replaceChildren(make('h4', {}, `Answer ${response.status}`), make('pre', { tabindex: 0 }, shown), make('pre', { tabindex: 0 }, pretty(got)));
      if (response.headers.get('Authorization')) byId('token').value = response.headers.get('Authorization').replace(/^Bearer /, '');
    } catch (error) {
      result.replaceChildren(make('p', {}, `No answer: ${error.message}`));
    }
  }

  function pretty(text) {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
  }

  function endpoint(path, method, item, operation) {
    const parameters = [...(item.parameters || []), ...(operation.parameters || [])].map(resolve);
    const security = (operation.security || contract.security || []).map((alternative) => Object.keys(alternative).join(' and ')).join(' or ');
    const box = make('details', { class: 'endpoint', id: operation.operationId },
      make('summary', {}, make('span', { class: 'method' }, method.toUpperCase()), make('code', {}, path), ` ${operation.summary}`));
    box.dataset.words = JSON.stringify([path, method, operation]).toLowerCase();
    box.addEventListener('toggle', () => { // filled when it is first opened
      if (!box.open || box.childElementCount > 1) return;
      const body = resolve(operation.requestBody).content || {};
      box.append(prose(operation.description), make('p', {}, 'Credential: ', make('code', {}, security || 'none')));
      box.append(table('Parameters', ['name', 'in', 'type', 'meaning'], parameters.map((p) => [
        make('code', {}, p.name + (p.required ? '' : '?')), p.in, kind(p.schema), prose(p.description)])) || '');
      for (const [type, media] of Object.entries(body)) box.append(make('h3', {}, `Body, ${type}`), shape(media.schema) || '');
      box.append(make('h3', {}, 'Answers'), ...Object.entries(operation.responses).map(([status, response]) => answer(status, response)));
      if (method !== 'head') box.append(tryForm(path, method, operation, parameters));
    });
    return box;
  }

  function show() {
    document.title = contract.info.title;
    byId('title').textContent = `${contract.info.title} ${contract.info.version}`;
    byId('about').replaceChildren(prose(contract.info.description));
    const sections = new Map(contract.tags.map((tag) => [tag.name, make('section', { id: `tag-${tag.name}`, 'aria-label': tag.name }, make('h2', {}, tag.name), prose(tag.description))]));
    for (const [path, item] of Object.entries(contract.paths)) {
      for (const method of ['get', 'head', 'post', 'put', 'patch', 'delete']) {
        if (!item[method]) continue;
        const tags = item[method].tags;
        sections.get(tags[tags.length - 1]).append(endpoint(path, method, item, item[method]));
      }
    }
    byId('endpoints').replaceChildren(...sections.values());
    byId('contents').replaceChildren(make('ul', {}, ...[...sections.keys()].map((name) => make('li', {}, make('a', { href: `#tag-${name}` }, name)))));
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === 'DETAILS') { target.open = true; target.scrollIntoView(); }
  }

  byId('settings').addEventListener('submit', (event) => event.preventDefault());
  byId('filter').addEventListener('input', (event) => {
    const word = event.target.value.trim().toLowerCase();
    for (const box of document.querySelectorAll('details.endpoint')) box.hidden = !box.dataset.words.includes(word);
  });
  fetch(document.body.dataset.contract, { signal: AbortSignal.timeout(10000) })
    .then((response) => { if (!response.ok) throw new Error(`status ${response.status}`); return response.json(); })
    .then((loaded) => { contract = loaded; show(); })
    .catch((error) => { byId('problem').textContent = `The contract could not be read: ${error.message}`; });
})();
