// Sorts a table by the column whose header is pressed: numbers by value, everything else as text. Without it the rows stand in the order of the result.
const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;

function order(a, b) {
  const [x, y] = [Number(a), Number(b)];
  if (a === '' || b === '') return (a === '') - (b === '');
  return Number.isNaN(x) || Number.isNaN(y) ? compare(a, b) : x - y;
}

for (const table of document.querySelectorAll('table[data-sortable]')) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener('click', () => {
      const sign = header.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      headers.forEach((other) => other.removeAttribute('aria-sort'));
      header.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => sign * order(value(a), value(b))));
    });
  });
}
