using Dapr.Common.Serialization;

namespace Dapr.Common.Tests;

public sealed class JsonDaprSerializerTests
{
    private readonly JsonDaprSerializer serializer = new();

    [Fact]
    public void Serialize_Null_IsTheEmptyText()
    {
        serializer.Serialize(null).Should().BeEmpty();
        serializer.Deserialize<string>(string.Empty).Should().BeNull();
        serializer.Deserialize(null, typeof(int)).Should().BeNull();
    }

    [Fact]
    public void Serialize_FieldsAndProperties_AreCamelCase()
    {
        serializer.Serialize(new Sample { Field = 1, Property = 2 }).Should().Be("""{"property":2,"field":1}""");
        serializer.Deserialize<Sample>("""{"FIELD":5}""")!.Field.Should().Be(5);
    }

    private sealed class Sample
    {
        public int Field;

        public int Property { get; set; }
    }
}
