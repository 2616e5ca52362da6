using Collab.Console.People;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console.Pages.Datasets;

/// <summary>What all parties offer, and of the own datasets what the others do not see.</summary>
public sealed partial class DatasetsPage
{
    /// <summary>The dataset that was registered just now.</summary>
    [SupplyParameterFromQuery]
    public string? Added { get; set; }

    private DatasetsView? Offers { get; set; }

    private IReadOnlyList<OwnDatasetView> Own { get; set; } = [];

    // An owner sees the party's own datasets above, with more.
    private IEnumerable<IGrouping<string, DatasetView>> Owners => Offers!.Datasets
        .Where(dataset => dataset.Owner != Settings.Party.Name || !Visit.Is(PersonRoles.Owner)).GroupBy(dataset => dataset.Owner).OrderBy(owner => owner.Key, StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override Task OnInitializedAsync() => TryAsync(async () =>
    {
        Offers = await Node.CallAsync<DatasetsView>(Verbs.ListDatasets, new EmptyRequest(), default);
        if (Visit.Is(PersonRoles.Owner)) Own = (await Node.CallAsync<OwnDatasetsView>(Verbs.ListOwnDatasets, new EmptyRequest(), default)).Datasets;
        if (Offers.Datasets.All(dataset => dataset.Owner != Settings.Party.Name || dataset.Name != Added)) Added = null; // only what is there is said to be
    });

    private string Source(string source) => source switch
    {
        "csv" => Say("CSV file", "CSV 文件"),
        "postgres" => "PostgreSQL",
        _ => Say("one record, in the node's store", "单条记录，存于节点"),
    };

    private string Band(string rows) => Visit.IsChinese ? rows.Replace("fewer than ", "少于 ", StringComparison.Ordinal) : rows;
}
