using Collab.Jobs;

namespace Collab.Cli.NewJobs;

/// <summary>A column as it was seen in a file.</summary>
/// <param name="Schema">Name and type, as proposed.</param>
/// <param name="Distinct">How many different values it has, as far as was counted.</param>
/// <param name="Values">Its values when they are few, sorted; else empty.</param>
internal sealed record SeenColumn(ColumnSchema Schema, int Distinct, IReadOnlyList<string> Values)
{
    public string Name => Schema.Name;

    public bool IsNumber => Schema.Type is ColumnType.Integer or ColumnType.Decimal;

    /// <summary>Whether it divides rows into a few groups that it names by text.</summary>
    public bool IsGrouping => Schema.Type == ColumnType.Text && Values.Count >= 2;
}
