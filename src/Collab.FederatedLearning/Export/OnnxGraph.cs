using System.Buffers.Binary;

namespace Collab.FederatedLearning.Export;

/// <summary>An ONNX file in the making: inputs and outputs by rows, constants, nodes. Source: onnx/onnx.proto, IR version 8.</summary>
/// <param name="name">The graph's name.</param>
internal sealed class OnnxGraph(string name)
{
    /// <summary>The domain of operators for trees and labels.</summary>
    public const string TreeDomain = "ai.onnx.ml";

    private const long IrVersion = 8, OperatorSet = 13, TreeOperatorSet = 5;
    private const int Byte = 2, Whole = 7, String = 8, Double = 11;                        // TensorProto.DataType
    private readonly ProtobufWriter _nodes = new(), _constants = new(), _inputs = new(), _outputs = new();
    private bool _hasTrees;

    /// <summary>A node of one output, named after it.</summary>
    public OnnxGraph Node(string operation, string output, params ReadOnlySpan<string> inputs) => Node("", operation, output, inputs, []);

    /// <summary>A node with attributes.</summary>
    public OnnxGraph Node(string domain, string operation, string output, ReadOnlySpan<string> inputs, params ReadOnlySpan<ProtobufWriter> attributes)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs) node.Text(1, input);
        node.Text(2, output).Text(3, output).Text(4, operation);
        foreach (var attribute in attributes) node.Message(5, attribute);
        if (domain.Length > 0) node.Text(7, domain);
        _hasTrees |= domain == TreeDomain;
        _nodes.Message(1, node);
        return this;
    }

    /// <summary>A constant of doubles; without a shape, one number.</summary>
    public OnnxGraph Constant(string name, ReadOnlySpan<double> values, params ReadOnlySpan<int> shape)
    {
        _constants.Message(5, Doubles(name, values, shape));
        return this;
    }

    /// <summary>A constant that is a vector of one whole number.</summary>
    public OnnxGraph Constant(string name, long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _constants.Message(5, new ProtobufWriter().Number(1, 1).Number(2, Whole).Text(8, name).Bytes(9, bytes));
        return this;
    }

    /// <summary>An input: a matrix of doubles or text of any number of rows.</summary>
    public OnnxGraph Input(string name, int columns, bool isText = false, string description = "")
    {
        _inputs.Message(11, Value(name, columns, isText, description));
        return this;
    }

    /// <summary>An output: a column of doubles.</summary>
    public OnnxGraph Output(string name)
    {
        _outputs.Message(12, Value(name, 1, false, ""));
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] Write()
    {
        var graph = new ProtobufWriter().Append(_nodes).Text(2, name).Append(_constants).Append(_inputs).Append(_outputs);
        var file = new ProtobufWriter().Number(1, IrVersion).Text(2, "collab").Message(7, graph).Message(8, new ProtobufWriter().Text(1, "").Number(2, OperatorSet));
        return (_hasTrees ? file.Message(8, new ProtobufWriter().Text(1, TreeDomain).Number(2, TreeOperatorSet)) : file).Written;
    }

    /// <summary>An attribute that is a number.</summary>
    public static ProtobufWriter Attribute(string name, long value) => new ProtobufWriter().Text(1, name).Number(3, value).Number(20, 2);

    /// <summary>An attribute that is a list of numbers.</summary>
    public static ProtobufWriter Attribute(string name, IEnumerable<int> values)
    {
        var attribute = new ProtobufWriter().Text(1, name);
        foreach (var value in values) attribute.Number(8, value);
        return attribute.Number(20, 7);
    }

    /// <summary>An attribute that is a vector of doubles.</summary>
    public static ProtobufWriter Attribute(string name, double[] values) => Tensor(name, Doubles(name, values, values.Length));

    /// <summary>An attribute that is a vector of bytes.</summary>
    public static ProtobufWriter Attribute(string name, byte[] values) => Tensor(name, new ProtobufWriter().Number(1, values.Length).Number(2, Byte).Text(8, name).Bytes(9, values));

    /// <summary>An attribute that is a vector of text.</summary>
    public static ProtobufWriter Attribute(string name, IReadOnlyList<string> values)
    {
        var tensor = new ProtobufWriter().Number(1, values.Count).Number(2, String);
        foreach (var value in values) tensor.Text(6, value);
        return Tensor(name, tensor.Text(8, name));
    }

    private static ProtobufWriter Tensor(string name, ProtobufWriter tensor) => new ProtobufWriter().Text(1, name).Message(5, tensor).Number(20, 4);

    private static ProtobufWriter Doubles(string name, ReadOnlySpan<double> values, params ReadOnlySpan<int> shape)
    {
        var tensor = new ProtobufWriter();
        foreach (var size in shape) tensor.Number(1, size);
        var bytes = new byte[values.Length * sizeof(double)];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return tensor.Number(2, Double).Text(8, name).Bytes(9, bytes);
    }

    private static ProtobufWriter Value(string name, int columns, bool isText, string description)
    {
        var shape = new ProtobufWriter().Message(1, new ProtobufWriter().Text(2, "rows")).Message(1, new ProtobufWriter().Number(1, columns));
        var value = new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, isText ? String : Double).Message(2, shape)));
        return description.Length > 0 ? value.Text(3, description) : value;
    }
}
