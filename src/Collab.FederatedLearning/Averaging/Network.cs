using Collab.Arithmetic.BinaryField;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.FederatedLearning.Averaging;

/// <summary>A small neural network for labels 0 and 1: one hidden layer of tanh, a logistic output.</summary>
/// <remarks>Parameters in order: for each hidden unit its weights of the inputs and its bias, then the output's weights and bias. Float64 throughout; the same machine and order give the same bits.</remarks>
public sealed class Network
{
    private readonly double[] _parameters;

    /// <summary>Takes parameters over.</summary>
    /// <param name="inputs">Inputs, 1 or more.</param>
    /// <param name="hidden">Hidden units, 1 or more.</param>
    /// <param name="parameters">As many as <see cref="CountOf"/>, finite.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public Network(int inputs, int hidden, double[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Length != CountOf(inputs, hidden) || !Array.TrueForAll(parameters, double.IsFinite)) throw new ArgumentException("Finite parameters, one for each place.", nameof(parameters));
        (Inputs, Hidden, _parameters) = (inputs, hidden, parameters);
    }

    /// <summary>Inputs.</summary>
    public int Inputs { get; }

    /// <summary>Hidden units.</summary>
    public int Hidden { get; }

    /// <summary>All parameters.</summary>
    public ReadOnlySpan<double> Parameters => _parameters;

    /// <summary>How many parameters a network has.</summary>
    public static int CountOf(int inputs, int hidden)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden, 1);
        return checked((hidden * (inputs + 2)) + 1);
    }

    /// <summary>The network that everybody begins with, from a public digest: weights uniform in ±1/√(what flows in), biases 0 (Glorot and Bengio, AISTATS 2010, equation 1).</summary>
    public static Network Begin(int inputs, int hidden, Digest seed)
    {
        using var random = new AesPrg(Gf128.Read(seed.ToArray()));
        var parameters = new double[CountOf(inputs, hidden)];
        for (var i = 0; i < parameters.Length; i++)
        {
            var isOutput = i >= hidden * (inputs + 1);
            if (isOutput ? i == parameters.Length - 1 : i % (inputs + 1) == inputs) continue;
            parameters[i] = (((random.NextUInt64() >> 11) * Math.ScaleB(1, -52)) - 1) / Math.Sqrt(isOutput ? hidden : inputs);
        }

        return new(inputs, hidden, parameters);
    }

    private const string Domain = "collab-network-1";

    /// <summary>The canonical bytes.</summary>
    public byte[] Encode() => new CanonicalWriter().Text(Domain).UInt32((uint)Inputs).UInt32((uint)Hidden).List(_parameters, (w, x) => w.Int64(BitConverter.DoubleToInt64Bits(x))).ToArray();

    /// <summary>Reads the canonical bytes, strictly.</summary>
    /// <exception cref="MalformedException">They are not exactly a network.</exception>
    public static Network Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        if (reader.Text() != Domain) throw new MalformedException("a network of this version");
        var (inputs, hidden) = (reader.UInt32(), reader.UInt32());
        var parameters = reader.List((ref CanonicalReader r) => BitConverter.Int64BitsToDouble(r.Int64()));
        reader.End();
        if (inputs is 0 or > 1 << 20 || hidden is 0 or > 1 << 20 || parameters.Length != ((long)hidden * (inputs + 2)) + 1 || !Array.TrueForAll(parameters, double.IsFinite))
            throw new MalformedException("finite parameters, one for each place");
        return new((int)inputs, (int)hidden, parameters);
    }

    /// <summary>The chance of label 1.</summary>
    /// <exception cref="ArgumentException">Not as many values as inputs.</exception>
    public double Predict(ReadOnlySpan<double> row) => 1 / (1 + Math.Exp(-Output(row, stackalloc double[Hidden])));

    /// <summary>One pass of stochastic gradient descent on the logistic loss, rows in their order, in batches.</summary>
    internal void Train(double[][] rows, double[] labels, int batch, double rate)
    {
        var (gradient, units) = (new double[_parameters.Length], new double[Hidden]);
        for (var start = 0; start < rows.Length; start += batch)
        {
            var end = Math.Min(rows.Length, start + batch);
            Array.Clear(gradient);
            for (var i = start; i < end; i++)
            {
                var error = (1 / (1 + Math.Exp(-Output(rows[i], units)))) - labels[i];
                AddGradient(rows[i], units, error, gradient);
            }

            for (var k = 0; k < gradient.Length; k++) _parameters[k] -= rate / (end - start) * gradient[k];
        }
    }

    /// <summary>Adds one row's step, the negative gradient of its loss.</summary>
    internal void AddStep(ReadOnlySpan<double> row, double label, Span<double> step)
    {
        var units = new double[Hidden];
        AddGradient(row, units, label - (1 / (1 + Math.Exp(-Output(row, units)))), step);
    }

    private double Output(ReadOnlySpan<double> row, Span<double> units)
    {
        if (row.Length != Inputs) throw new ArgumentException("A value for each input.", nameof(row));
        var weights = _parameters.AsSpan();
        var last = weights[(Hidden * (Inputs + 1))..];
        var output = last[Hidden];
        for (var h = 0; h < Hidden; h++)
        {
            var own = weights.Slice(h * (Inputs + 1), Inputs + 1);
            var sum = own[Inputs];
            for (var j = 0; j < Inputs; j++) sum += own[j] * row[j];
            units[h] = Math.Tanh(sum);
            output += last[h] * units[h];
        }

        return output;
    }

    private void AddGradient(ReadOnlySpan<double> row, ReadOnlySpan<double> units, double error, Span<double> gradient)
    {
        var last = Hidden * (Inputs + 1);
        gradient[last + Hidden] += error;
        for (var h = 0; h < Hidden; h++)
        {
            gradient[last + h] += error * units[h];
            var inner = error * _parameters[last + h] * (1 - (units[h] * units[h]));
            var own = gradient.Slice(h * (Inputs + 1), Inputs + 1);
            for (var j = 0; j < Inputs; j++) own[j] += inner * row[j];
            own[Inputs] += inner;
        }
    }
}
