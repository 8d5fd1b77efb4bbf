interface Props {
  readonly data: {
    readonly stages: readonly {
      stage: string;
      vra: string;
      done: number;
      partial: number;
      pending: number;
      dead: number;
    }[];
  };
}

export function TonightPage({ data }: Props) {
  return (
    <table>
      <caption>How far each stage is</caption>
      <thead>
        <tr>
          <th scope="col">stage</th>
          <th scope="col">VRA</th>
          <th scope="col">done</th>
          <th scope="col">partial</th>
          <th scope="col">pending</th>
          <th scope="col">dead</th>
        </tr>
      </thead>
      <tbody>
        {data.stages.map(({ stage, vra, done, partial, pending, dead }) => (
          <tr>
            <th scope="row">{stage}</th>
            <td>{vra}</td>
            <td>{done}</td>
            <td>{partial}</td>
            <td>{pending}</td>
            <td>{dead}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
