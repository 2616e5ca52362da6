namespace Collab.SecretSharing.Garbling;

/// <summary>The three kinds of gate; every other function is built from them. Only <see cref="And"/> costs bytes.</summary>
public enum GateKind
{
    /// <summary>a ⊕ b.</summary>
    Xor = 1,

    /// <summary>a ∧ b.</summary>
    And = 2,

    /// <summary>¬a.</summary>
    Not = 3,
}

/// <summary>One gate; its output is the wire after all inputs and all earlier gates.</summary>
/// <param name="Kind">What it computes.</param>
/// <param name="A">The first input wire.</param>
/// <param name="B">The second input wire; equal to <paramref name="A"/> for <see cref="GateKind.Not"/>.</param>
public readonly record struct Gate(GateKind Kind, int A, int B);

/// <summary>A Boolean circuit: wires 0 to InputCount − 1 are inputs, wire InputCount + g is the output of gate g.</summary>
/// <remarks>
/// Gates stand in an order in which each reads earlier wires only, so one pass computes it. Public: every party builds the same one.
/// </remarks>
public sealed class BooleanCircuit
{
    internal BooleanCircuit(int inputCount, IReadOnlyList<Gate> gates, IReadOnlyList<int> outputs)
    {
        InputCount = inputCount;
        Gates = gates;
        Outputs = outputs;
        AndCount = gates.Count(g => g.Kind == GateKind.And);
    }

    /// <summary>The number of input wires.</summary>
    public int InputCount { get; }

    /// <summary>The gates in order.</summary>
    public IReadOnlyList<Gate> Gates { get; }

    /// <summary>The wires that are outputs.</summary>
    public IReadOnlyList<int> Outputs { get; }

    /// <summary>The number of AND gates.</summary>
    public int AndCount { get; }

    /// <summary>All wires.</summary>
    public int WireCount => InputCount + Gates.Count;

    /// <summary>Computes the circuit in clear: what the garbled form is tested against.</summary>
    /// <exception cref="ArgumentException">Not one bit per input wire.</exception>
    public bool[] Evaluate(ReadOnlySpan<bool> inputs)
    {
        if (inputs.Length != InputCount) throw new ArgumentException("One bit per input wire.", nameof(inputs));
        var wires = new bool[WireCount];
        inputs.CopyTo(wires);
        for (var g = 0; g < Gates.Count; g++)
        {
            var (kind, a, b) = Gates[g];
            wires[InputCount + g] = kind switch
            {
                GateKind.Xor => wires[a] ^ wires[b],
                GateKind.And => wires[a] & wires[b],
                _ => !wires[a],
            };
        }

        return [.. Outputs.Select(o => wires[o])];
    }
}
