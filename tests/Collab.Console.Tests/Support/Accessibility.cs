using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Collab.Console.Tests.Support;

/// <summary>What axe-core finds on a page (WCAG 2.2 A and AA, and its good practice), and what its rules leave out.</summary>
internal static class Accessibility
{
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Find()));

    // Each as a line "rule: element"; nothing is left out but what axe itself calls minor.
    private const string Run = """
        async () => {
            const report = await axe.run(document, { resultTypes: ['violations'] });
            return report.violations.filter(v => v.impact !== 'minor')
                .flatMap(v => v.nodes.map(n => `${v.impact} ${v.id}: ${n.target.join(' ')} ${n.failureSummary ?? v.help}`.replace(/\s+/g, ' ')));
        }
        """;

    private const string Structure = """
        () => {
            const seen = e => !!(e.offsetWidth || e.offsetHeight || e.getClientRects().length);
            const wrong = [];
            const headings = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(seen).map(h => [Number(h.tagName[1]), h.textContent.trim()]);
            if (headings.filter(h => h[0] === 1).length !== 1) wrong.push(`${headings.filter(h => h[0] === 1).length} headings of the first level`);
            headings.reduce((before, h) => { if (h[0] > before + 1) wrong.push(`heading '${h[1]}' of level ${h[0]} after level ${before}`); return h[0]; }, 0);
            headings.filter(h => h[1] === '').forEach(() => wrong.push('a heading without words'));
            for (const name of ['main']) if (document.querySelectorAll(name).length !== 1) wrong.push(`not one <${name}>`);
            for (const field of [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(f => !f.hidden))
                if (![...(field.labels ?? [])].some(l => l.textContent.trim()) && !field.getAttribute('aria-label') && !field.getAttribute('aria-labelledby')) wrong.push(`no label: ${field.outerHTML.slice(0, 120)}`);
            for (const table of document.querySelectorAll('table')) {
                if (!table.caption?.textContent.trim() && !table.getAttribute('aria-label') && !table.getAttribute('aria-labelledby')) wrong.push(`a table without caption: ${table.textContent.trim().slice(0, 60)}`);
                if (!table.querySelector('th')) wrong.push(`a table without headers: ${table.textContent.trim().slice(0, 60)}`);
            }
            for (const svg of document.querySelectorAll('svg'))
                if (seen(svg) && svg.getAttribute('aria-hidden') !== 'true' && !svg.closest('[aria-hidden=true], [role=img][aria-label]') && !svg.getAttribute('aria-label') && !svg.getAttribute('aria-labelledby') && !svg.querySelector(':scope > title'))
                    wrong.push(`a picture without words: ${svg.outerHTML.slice(0, 80)}`);
            for (const canvas of document.querySelectorAll('canvas'))
                if (!canvas.getAttribute('aria-label') && !canvas.closest('[aria-hidden=true], [role=img][aria-label], figure')) wrong.push('a canvas without words');
            if (!['en', 'zh-CN'].includes(document.documentElement.lang)) wrong.push(`lang is '${document.documentElement.lang}'`);
            if (!document.title.trim()) wrong.push('no title');
            if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
                const widest = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 3);
                wrong.push(`scrolls sideways, ${document.documentElement.scrollWidth} in ${document.documentElement.clientWidth}: ${widest.map(e => e.outerHTML.slice(0, 80)).join(' | ')}`);
            }
            return wrong;
        }
        """;

    /// <summary>What is wrong with the page that is shown; empty when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> WrongAsync(IPage page)
    {
        await page.EvaluateAsync(Axe.Value);
        return [.. await page.EvaluateAsync<string[]>(Run), .. await StructureAsync(page)];
    }

    // What needs no axe: headings, labels, captions, words for pictures, and that nothing scrolls sideways.
    private static Task<string[]> StructureAsync(IPage page) => page.EvaluateAsync<string[]>(Structure);

    private static string Find([CallerFilePath] string file = "")
    {
        var axe = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "node_modules", "axe-core", "axe.min.js"));
        Assert.True(File.Exists(axe), $"{axe} is not there: tests/run installs it, or: npm ci --ignore-scripts");
        return axe;
    }
}
