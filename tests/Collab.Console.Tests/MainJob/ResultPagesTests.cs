using System.Globalization;
using Collab.Console.People;
using Collab.Console.Tests.Support;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.Playwright;

namespace Collab.Console.Tests.MainJob;

/// <summary>Results of real runs with the charts that belong to them: the way of a loan's money, a model and its evaluation.</summary>
public sealed class ResultPagesTests(ConsoleConsortium consortium) : ConsoleTest(consortium)
{
    [Fact]
    public async Task The_way_of_a_loan_is_drawn_for_the_bank_that_traces_it()
    {
        const string head = "reference,account,bank,direction,amount,day,traced,holder,industry,watched\n";
        await Story.RegisterAsync(Consortium, ConsoleConsortium.Riverside, "transfers", head
            + "CN-L1,r-loan-1,lakeview,out,500000.00,2026-03-02,500000.00,Borrower,C33,yes\nCN-X1,r-7,registry,in,90000.00,2026-03-20,0,Borrower,C33,yes\n");
        await Story.RegisterAsync(Consortium, ConsoleConsortium.Lakeview, "transfers", head
            + "CN-L1,l-1,riverside,in,500000.00,2026-03-02,0,Supplier,C30,yes\nCN-T1,l-1,registry,out,300000.00,2026-03-05,0,Supplier,C30,yes\nCN-T9,l-1,abroad,out,40000.00,2026-03-07,0,Supplier,C30,yes\n");
        await Story.RegisterAsync(Consortium, ConsoleConsortium.Registry, "transfers", head
            + "CN-T1,s-1,lakeview,in,300000.00,2026-03-05,0,Estate,K70,yes\nCN-X1,s-1,riverside,out,90000.00,2026-03-20,0,Estate,K70,yes\n");
        var trace = await RunAsync("""
            kind: trace
            purpose: loan-supervision
            parties:
              - { name: lakeview, dataset: transfers }
              - { name: registry, dataset: transfers }
              - { name: riverside, dataset: transfers }
            receivers: [lakeview, registry, riverside]
            parameters:
              columns: { name: holder, industry: industry, watched: watched }
              hops: 4
              period: 30
              traces: 2
              mailbox: 4
              fan-out: 3
              minimum: 1000
              alerts: { industries: [K70, R92] }
              details: [name]
            expires: 2h
            """, [ConsoleConsortium.Riverside, ConsoleConsortium.Lakeview, ConsoleConsortium.Registry]);
        var text = await LookAsync(ConsoleConsortium.Riverside, trace.Job, "trace", charts: 1);
        Assert.Contains("CN-T1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_and_how_good_it_is_are_shown_with_their_curves()
    {
        const int rows = 400;
        static string Csv(string head, Func<int, string> row) => head + "\n" + string.Concat(Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"C{i:D4},{row(i)}\n")));
        int Amount(int i) => i * 37 % 100;
        int Age(int i) => 20 + (i * 53 % 60);
        await Story.RegisterAsync(Consortium, ConsoleConsortium.Riverside, "credit", Csv("id,amount,bad", i => $"{Amount(i)},{(Amount(i) - Age(i) + (i * 61 % 120) > 75 ? "yes" : "no")}"));
        await Story.RegisterAsync(Consortium, ConsoleConsortium.Registry, "bureau", Csv("id,age", i => $"{Age(i)}"));
        PartyId[] owners = [ConsoleConsortium.Riverside, ConsoleConsortium.Registry];
        var trained = await RunAsync("""
            kind: train
            purpose: credit-model
            parties:
              - { name: riverside, dataset: credit, key: [id] }
              - { name: registry, dataset: bureau, key: [id] }
            receivers: [riverside, registry]
            parameters:
              label: { of: riverside, column: bad, positive: "yes" }
              features:
                - { of: riverside, columns: [amount] }
                - { of: registry, columns: [age] }
              model: { kind: logistic, epochs: 10, learning-rate: 0.5 }
              test-percent: 30
            expires: 2h
            """, owners);
        Assert.Contains("The model's card", await LookAsync(ConsoleConsortium.Registry, trained.Job, "model", charts: 1), StringComparison.Ordinal);

        var evaluated = await RunAsync($$"""
            kind: evaluate
            purpose: model-review
            parties:
              - { name: riverside, dataset: credit, key: [id] }
              - { name: registry, dataset: bureau, key: [id] }
            receivers: [registry]
            parameters: { model: "{{trained.Run}}", rows: test, groups: 5, minimum-group: 5 }
            expires: 2h
            """, owners);
        await LookAsync(ConsoleConsortium.Registry, evaluated.Job, "evaluation", charts: 2);
    }

    private async Task<JobView> RunAsync(string description, IReadOnlyList<PartyId> owners)
    {
        var job = await Story.SubmitAsync(Consortium, description);
        foreach (var owner in owners) await Story.OnceKnownAsync(Consortium, owner, Verbs.ApproveJob, job);
        var over = await Story.SettledAsync(Consortium, job);
        Assert.True(over.State == "committed", $"{over.State}: {over.Error?.Code} {over.Error?.Message}");
        return over;
    }

    // In both widths, light and dark; the text of the page.
    private async Task<string> LookAsync(PartyId party, string job, string name, int charts)
    {
        await Story.SettledAsync(Consortium, job, party);
        var person = await Consortium.PersonAsync(party, "reader-of-results", PersonRoles.Researcher);
        foreach (var dark in new[] { true, false })
        {
            var visitor = await SignedInAsync(person, new Screen(Dark: dark));
            foreach (var width in new[] { 820, 1440 })
            {
                await visitor.Page.SetViewportSizeAsync(width, 900);
                await visitor.GoAsync($"/jobs/{job}/result");
                await visitor.Page.Locator("figure .canvas svg").First.WaitForAsync();
                Assert.True(await visitor.Page.Locator("figure .canvas svg").CountAsync() >= charts, $"{name}: {charts} charts or more");
                Assert.Empty(await Accessibility.WrongAsync(visitor.Page));
                await visitor.ShootAsync("results", $"{name}-{width}-{(dark ? "dark" : "light")}");
            }

            if (!dark) return await visitor.Page.Locator("main").InnerTextAsync();
        }

        throw new InvalidOperationException("the last one is light");
    }
}
