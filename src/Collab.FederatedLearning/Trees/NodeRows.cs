namespace Collab.FederatedLearning.Trees;

/// <summary>Which rows are in which node of the tree that grows: each node's rows ascend.</summary>
internal sealed class NodeRows
{
    private readonly int[] _rows;
    private readonly int[] _aside;
    private readonly Dictionary<int, (int Start, int Count)> _nodes = [];

    /// <summary>All rows in node 0.</summary>
    public NodeRows(int rows)
    {
        (_rows, _aside) = ([.. Enumerable.Range(0, rows)], new int[rows]);
        _nodes.Add(0, (0, rows));
    }

    /// <summary>The rows of a node.</summary>
    public ReadOnlySpan<int> Of(int node)
    {
        var (start, count) = _nodes[node];
        return _rows.AsSpan(start, count);
    }

    /// <summary>Whether there is such a node, of rows.</summary>
    public bool Has(int node) => _nodes.ContainsKey(node);

    /// <summary>For each row of a node, whether a split sends it to the left.</summary>
    public bool[] Sides(int node, BinnedColumn column, byte bin, bool missingLeft)
    {
        var rows = Of(node);
        var shape = new FeatureShape(column.Bins.ValueBins, column.Bins.IsCategory);
        var left = new bool[rows.Length];
        for (var i = 0; i < rows.Length; i++) left[i] = shape.GoesLeft(column.Rows[rows[i]], bin, missingLeft);
        return left;
    }

    /// <summary>Gives a node's rows to its children.</summary>
    /// <param name="node">The node; it is no more.</param>
    /// <param name="leftChild">The left child's number; the right one's is the next.</param>
    /// <param name="left">For each of the node's rows, whether it goes to the left.</param>
    public void Divide(int node, int leftChild, ReadOnlySpan<bool> left)
    {
        var (start, count) = _nodes[node];
        var (l, r) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            if (left[i]) _rows[start + l++] = _rows[start + i];
            else _aside[r++] = _rows[start + i];
        }

        _aside.AsSpan(0, r).CopyTo(_rows.AsSpan(start + l));
        _nodes.Remove(node);
        _nodes.Add(leftChild, (start, l));
        _nodes.Add(leftChild + 1, (start + l, r));
    }
}
