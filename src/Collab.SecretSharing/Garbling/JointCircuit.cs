namespace Collab.SecretSharing.Garbling;

/// <summary>A circuit with the owners of its inputs and outputs, run for many instances at once.</summary>
/// <remarks>
/// Input wires stand in this order: each garbler's own word; then, when the evaluator has an input, its word masked, whose labels
/// garbler 0 sends, and the mask, whose labels garbler 1 sends. The circuit adds the two (free).
/// </remarks>
public sealed record JointCircuit
{
    private const int LabelsPerBatch = 1 << 18; // 4 MiB of labels in memory at a time

    /// <param name="circuit">The circuit of one instance.</param>
    /// <param name="garblerInputs">The width of each garbler's own word, in the order of the garblers; at least two.</param>
    /// <param name="evaluatorInput">The width of the evaluator's word; 0 when it has none.</param>
    /// <param name="returnedOutputs">How many outputs, the first ones, the evaluator must prove to the garblers.</param>
    /// <param name="instances">How many instances are run.</param>
    /// <exception cref="ArgumentException">The widths are not those of the circuit.</exception>
    public JointCircuit(
        BooleanCircuit circuit, IReadOnlyList<int> garblerInputs, int evaluatorInput, int returnedOutputs, int instances)
    {
        if (garblerInputs.Count < 2) throw new ArgumentException("At least two garblers.", nameof(garblerInputs));
        if (garblerInputs.Sum() + (2 * evaluatorInput) != circuit.InputCount)
            throw new ArgumentException("The inputs are not those of the circuit.", nameof(garblerInputs));
        (Circuit, GarblerInputs, EvaluatorInput, ReturnedOutputs, Instances) =
            (circuit, garblerInputs, evaluatorInput, returnedOutputs, instances);
        BatchSize = Math.Clamp(LabelsPerBatch / circuit.WireCount, 1, 256);
    }

    /// <summary>The circuit of one instance.</summary>
    public BooleanCircuit Circuit { get; }

    /// <summary>The width of each garbler's own word.</summary>
    public IReadOnlyList<int> GarblerInputs { get; }

    /// <summary>The width of the evaluator's word; 0 when it has none.</summary>
    public int EvaluatorInput { get; }

    /// <summary>How many outputs, the first ones, the evaluator proves to the garblers.</summary>
    public int ReturnedOutputs { get; }

    /// <summary>How many instances are run.</summary>
    public int Instances { get; }

    /// <summary>The most instances garbled at a time.</summary>
    public int BatchSize { get; }

    /// <summary>The number of batches.</summary>
    public int BatchCount => (Instances + BatchSize - 1) / BatchSize;

    /// <summary>Bytes garbler 0 sends the evaluator for the garbled circuits of all batches, without labels.</summary>
    public long GarbledSize => Batches().Sum(batch => (long)Layout(batch.Length).Size);

    /// <summary>Bytes of all labels one garbler sends.</summary>
    public long LabelsSize(int garbler) => (long)LabelTable.LabelSize * InputWires(garbler).Count() * Instances;

    /// <summary>Bytes the evaluator returns to each garbler.</summary>
    public long ReturnedSize => (long)LabelTable.LabelSize * ReturnedOutputs * Instances;

    /// <summary>Bytes of memory for the labels of a batch, about.</summary>
    public long MemorySize
    {
        get
        {
            var instances = Math.Min(BatchSize, Instances);
            return ((long)LabelTable.LabelSize * Circuit.WireCount * instances) + Layout(instances).Size;
        }
    }

    internal IEnumerable<(int Number, int First, int Length)> Batches()
    {
        for (var number = 0; number < BatchCount; number++)
            yield return (number, number * BatchSize, Math.Min(BatchSize, Instances - (number * BatchSize)));
    }

    internal GarbledLayout Layout(int instances) => new(Circuit, instances, 2 * EvaluatorInput);

    /// <summary>The wires whose labels a garbler sends, in the order in which it sends them.</summary>
    internal IEnumerable<int> InputWires(int garbler)
    {
        var own = Enumerable.Range(GarblerInputs.Take(garbler).Sum(), GarblerInputs[garbler]);
        return garbler < 2 ? own.Concat(EvaluatorWires(garbler)) : own;
    }

    /// <summary>The wires of the masked word (half 0) or of the mask (half 1).</summary>
    internal IEnumerable<int> EvaluatorWires(int half) =>
        Enumerable.Range(Circuit.InputCount - ((2 - half) * EvaluatorInput), EvaluatorInput);
}
