namespace Collab.Statistics;

/// <summary>Who has rows in a cell of one owner: each contributor once, however many rows.</summary>
/// <remarks>Local. Timing depends on the owner's own rows. Memory: some 12 to 24 bytes for each contributor of the cell.</remarks>
internal sealed class ContributorSet
{
    private readonly HashSet<int> _numbers = [];

    /// <summary>How many they are.</summary>
    public int Count => _numbers.Count;

    /// <summary>Adds one, by the number that the owner gave it.</summary>
    public void Add(int number) => _numbers.Add(number);

    /// <summary>Those of both cells, each once.</summary>
    public ContributorSet Plus(ContributorSet other)
    {
        var both = new ContributorSet();
        both._numbers.UnionWith(_numbers);
        both._numbers.UnionWith(other._numbers);
        return both;
    }
}
